import { Store } from '../store.ts';

export interface ServerSeen {
  readonly release: string;
  readonly slot: string;
}

/** Which release and slot answered last: requests tell it, and the scene session where one is open. */
export const serverSeen = new Store<ServerSeen | null>(null);

/** What lacks either did not come from a slot and says nothing. */
export function noteServer(release: string | null | undefined, slot: string | null | undefined): void {
  const seen = serverSeen.current();
  if (release && slot && (release !== seen?.release || slot !== seen.slot)) serverSeen.set({ release, slot });
}
