import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Lifecycle } from './lifecycle.ts';

describe('Lifecycle', () => {
  it('runs every stage once, in order, past one that throws and one that hangs', async () => {
    const order: string[] = [];
    const lifecycle = new Lifecycle(pino({ level: 'silent' }))
      .add('jobs', 1000, () => Promise.resolve(order.push('jobs')))
      .add('throws', 1000, () => Promise.reject(new Error('no')))
      .add('hangs', 10, () => new Promise(() => undefined))
      .add('pools', 1000, () => Promise.resolve(order.push('pools')));
    const [first, second] = await Promise.all([lifecycle.stop('test'), lifecycle.stop('again')]);
    expect(order).toEqual(['jobs', 'pools']);
    expect([first, second]).toEqual([false, false]);
  });
});
