/** Something that a reload would lose: unsaved edits of a scene, an upload under way. */
export interface OpenWork {
  /** Resolves when it is safe; at once when it is already. */
  readonly settled: () => Promise<void>;
}

const open = new Set<OpenWork>();

export function trackWork(work: OpenWork): () => void {
  open.add(work);
  return () => void open.delete(work);
}

/** Reloads the page once nothing is unsaved; rejects, and reloads nothing, when some work cannot be brought to safety. */
export async function reloadSafely(
  reload: () => void = () => {
    location.reload();
  },
): Promise<void> {
  await Promise.all([...open].map(({ settled }) => settled()));
  reload();
}
