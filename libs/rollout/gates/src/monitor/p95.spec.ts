import { describe, expect, it } from '@jest/globals';
import type { SlotObservation } from '@devplatform/rollout-engine';
import { atTheEnd, changed, type Load, type Story, watched, withoutTraffic } from '../spec-support/watched.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { p95 } from './p95.ts';

const of = (story: Story) => p95(watched(story), DEFAULT_LIMITS);
const slow = (share: number, ms: number): Load => ({ slow: { share, ms } });

describe('P95', () => {
  it.each<[string, Story, string, string]>([
    ['fast', {}, 'ok', '48 ms of 4,000 requests (limit 2 s, before 48 ms)'],
    ['a few slow ones', { green: slow(0.04, 9_000) }, 'ok', '50 ms of'],
    ['below the soft limit', { green: slow(0.2, 1_900) }, 'ok', '1.8 s of 4,000'],
    ['above the soft limit', { green: slow(0.2, 4_900) }, 'soft', '4.3 s of 4,000 requests (limit 2 s, before 48 ms)'],
    ['above the hard limit', { green: slow(0.2, 9_000) }, 'hard', '8.8 s of 4,000 requests (limit 5 s, before 48 ms)'],
    ['above the last bound', { green: slow(0.2, 20_000) }, 'hard', '> 10 s of 4,000 requests (limit 5 s'],
    [
      'MON-2: as slow as before',
      { blue: slow(0.2, 9_000), green: slow(0.2, 9_000) },
      'soft',
      '(limit 5 s, before 8.8 s, as bad as before)',
    ],
    ['MON-2: both beyond measure', { blue: slow(0.2, 20_000), green: slow(0.3, 20_000) }, 'soft', 'before > 10 s, as bad as before'],
    ['MON-2: a baseline under its own limit is no excuse', { blue: slow(0.2, 1_900), green: slow(0.2, 9_000) }, 'hard', 'before 1.8 s)'],
    ['MON-7: first deployment', { from: null, green: slow(0.2, 9_000) }, 'hard', '8.8 s of 4,000 requests (limit 5 s)'],
    ['MON-3: too few', { green: { ...slow(1, 9_000), requests: 1 } }, 'unknown', '40 requests of the 100 that are needed to tell'],
  ])('MON-1: %s', (_, story, verdict, figure) => {
    expect(of(story)).toMatchObject({ name: 'P95', verdict, figure: expect.stringContaining(figure) });
  });

  it('MON-4: is not well where the front door does not say it', () => {
    expect(p95(changed(watched(), atTheEnd, withoutTraffic), DEFAULT_LIMITS).verdict).toBe('unknown');
  });

  it('MON-5: a front door with other bounds begins again', () => {
    const other = (slot: SlotObservation): SlotObservation =>
      slot.traffic === null
        ? slot
        : { ...slot, traffic: { ...slot.traffic, latency: { boundsMs: [1_000, 8_000], counts: [0, 4_000, 0] } } };
    const measure = p95(changed(watched(), atTheEnd, other), DEFAULT_LIMITS);
    expect(measure).toMatchObject({ verdict: 'hard', figure: expect.stringContaining('7.7 s of 4,000 requests') });
  });
});
