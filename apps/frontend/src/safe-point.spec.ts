import { describe, expect, it } from '@jest/globals';
import { reloadSafely, trackWork } from './safe-point.ts';

describe('reloadSafely', () => {
  it('reloads only after all open work is safe', async () => {
    const order: string[] = [];
    const saved = Promise.withResolvers<undefined>();
    const forget = trackWork({ settled: () => saved.promise.then(() => void order.push('saved')) });
    const reloaded = reloadSafely(() => order.push('reload'));
    saved.resolve(undefined);
    await reloaded;
    expect(order).toEqual(['saved', 'reload']);
    forget();
  });

  it('does not reload when work cannot be saved', async () => {
    const forget = trackWork({ settled: () => Promise.reject(new Error('The session is closed.')) });
    const reloads: string[] = [];
    await expect(reloadSafely(() => reloads.push('reload'))).rejects.toThrow('closed');
    expect(reloads).toEqual([]);
    forget();
  });

  it('does not wait for work that has ended', async () => {
    trackWork({ settled: () => new Promise(() => undefined) })();
    const reloads: string[] = [];
    await reloadSafely(() => reloads.push('reload'));
    expect(reloads).toEqual(['reload']);
  });
});
