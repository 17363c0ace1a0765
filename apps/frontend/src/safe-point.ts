/** Something that a reload would lose: unsaved edits of a scene, an upload that cannot go on by itself after it. */
export interface OpenWork {
  /** Resolves when it is safe; at once when it is already. Rejects when it cannot be brought to safety. */
  readonly settled: () => Promise<void>;
  /** Whether it is safe now; absent: not before it is forgotten. */
  readonly isSettled?: () => boolean;
}

const open = new Set<OpenWork>();

export function trackWork(work: OpenWork): () => void {
  open.add(work);
  return () => void open.delete(work);
}

/** Nothing of the open work would be lost now. */
export const isSafe = (): boolean => [...open].every((work) => work.isSettled?.() ?? false);

/** Resolves once nothing is unsaved; rejects when some work cannot be brought to safety. Work that is offline is waited for. */
export async function whenSafe(): Promise<void> {
  const works = [...open];
  await Promise.all(works.map((work) => work.settled()));
  // What was saved first may have changed again while the rest was waited for.
  if (works.some((work) => work.isSettled?.() === false)) await whenSafe();
}
