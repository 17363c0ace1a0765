/**
 * Runs `work` in one tab of this browser at a time: while another one has it, `onWait` is called once, and it begins when that
 * tab is done, closed or reloaded. Without the Web Locks API it begins at once; what is done twice then changes nothing.
 */
export async function inOneTab<T>(name: string, work: () => Promise<T>, onWait: () => void, signal: AbortSignal): Promise<T> {
  // Only secure contexts have it, whatever the types say.
  const locks = navigator.locks as LockManager | undefined;
  if (locks === undefined) return work();
  const attempt = await locks.request(name, { ifAvailable: true }, async (lock) => (lock === null ? null : { result: await work() }));
  if (attempt !== null) return attempt.result;
  onWait();
  return locks.request(name, { signal }, work);
}
