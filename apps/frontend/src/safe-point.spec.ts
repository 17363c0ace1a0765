import { describe, expect, it } from '@jest/globals';
import { isSafe, trackWork, whenSafe } from './safe-point.ts';

describe('whenSafe', () => {
  it('resolves only after all open work is safe', async () => {
    const order: string[] = [];
    const saved = Promise.withResolvers<undefined>();
    const forget = trackWork({ settled: () => saved.promise.then(() => void order.push('saved')) });
    expect(isSafe()).toBe(false);
    const safe = whenSafe().then(() => order.push('safe'));
    saved.resolve(undefined);
    await safe;
    expect(order).toEqual(['saved', 'safe']);
    forget();
    expect(isSafe()).toBe(true);
  });

  it('waits again for work that changed while other work was waited for', async () => {
    let unsaved = 0;
    let waits = 0;
    const upload = Promise.withResolvers<undefined>();
    const save = (): Promise<void> => {
      waits += 1;
      unsaved = 0;
      return Promise.resolve();
    };
    const forgets = [
      trackWork({ settled: save, isSettled: () => unsaved === 0 }),
      trackWork({
        settled: () =>
          upload.promise.then(() => {
            if (waits === 1) unsaved = 1;
          }),
      }),
    ];
    const safe = whenSafe();
    upload.resolve(undefined);
    await safe;
    expect([waits, unsaved]).toEqual([2, 0]);
    for (const forget of forgets) forget();
  });

  it('rejects when work cannot be saved', async () => {
    const forget = trackWork({ settled: () => Promise.reject(new Error('The session is closed.')) });
    await expect(whenSafe()).rejects.toThrow('closed');
    forget();
  });

  it('does not wait for work that has ended', async () => {
    trackWork({ settled: () => new Promise(() => undefined) })();
    await expect(whenSafe()).resolves.toBeUndefined();
  });
});
