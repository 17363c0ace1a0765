import type { Id } from './catalog.ts';

let last: Id = 0;

/** An id that nothing else in this process has. */
export function nextId(): Id {
  last += 1;
  return last;
}
