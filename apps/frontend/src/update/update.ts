import { isOlder } from '@devplatform/contracts';
import type { ServerSeen } from '../api/server-seen.ts';

/**
 * offered: the platform runs another release than this page, newer or, after a rollback, older. required: it no longer serves
 * pages as old as this one. repair: a part of this page can be loaded from nowhere.
 */
export type Need = 'none' | 'offered' | 'required' | 'repair';

export interface Update {
  readonly need: Need;
  /** That the platform runs; empty while nothing is known. */
  readonly release: string;
}

/** What `page`, a release, should do about the server that answers it. */
export function updateFor(page: string, server: ServerSeen | null, lacksPart: boolean): Update {
  const release = server?.release ?? '';
  const minimum = server?.minimumClient;
  if (minimum && isOlder(page, minimum)) return { need: 'required', release };
  if (lacksPart) return { need: 'repair', release };
  return { need: server === null || release === page ? 'none' : 'offered', release };
}
