import { MINIMUM_CLIENT_HEADER, SLOT_HEADER, VERSION_HEADER } from '@devplatform/contracts';
import { Store } from '../store.ts';

export interface ServerSeen {
  readonly release: string;
  readonly slot: string;
  /** The oldest page that this release serves; null: it has not said so yet. */
  readonly minimumClient: string | null;
}

/** Which release and slot answered last: requests tell it, and the scene session where one is open. */
export const serverSeen = new Store<ServerSeen | null>(null);

/** What lacks release or slot did not come from a slot and says nothing. */
export function noteAnswer(headers: Headers): void {
  note(headers.get(VERSION_HEADER), headers.get(SLOT_HEADER), headers.get(MINIMUM_CLIENT_HEADER));
}

/** True: this release is new to the page, and what it demands of pages is not known. */
export function noteServer(release: string, slot: string): boolean {
  note(release, slot, null);
  return serverSeen.current()?.minimumClient === null;
}

function note(release: string | null, slot: string | null, minimum: string | null): void {
  if (release === null || slot === null) return;
  const seen = serverSeen.current();
  const minimumClient = minimum ?? (release === seen?.release ? seen.minimumClient : null);
  if (release === seen?.release && slot === seen.slot && minimumClient === seen.minimumClient) return;
  serverSeen.set({ release, slot, minimumClient });
}
