import { describe, expect, it } from '@jest/globals';
import { atTheEnd, changed, type Load, type Story, watched, withoutTraffic } from '../spec-support/watched.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { upgrades } from './upgrades.ts';

const of = (story: Story) => upgrades(watched(story), DEFAULT_LIMITS);
const failing = (upgradesFailed: number): Load => ({ upgrades: 10, upgradesFailed });

describe('WebSocket failures', () => {
  it.each<[string, Story, string, string]>([
    ['none', {}, 'ok', '0.0 % of 40 upgrades (limit 1 %, before 0.0 %)'],
    ['below the soft limit', { green: failing(0.005) }, 'ok', '0.50 % of 400'],
    ['above the soft limit', { green: failing(0.03) }, 'soft', '3.0 % of 400 upgrades (limit 1 %'],
    ['below the hard limit', { green: failing(0.045), seconds: 300 }, 'soft', '4.5 % of 3,000 upgrades'],
    ['above the hard limit', { green: failing(0.1) }, 'hard', '10.0 % of 400 upgrades (limit 5 %, before 0.0 %)'],
    ['a broken WebSocket with few users', { green: { upgrades: 0.5, upgradesFailed: 1 } }, 'hard', '100.0 % of 20 upgrades'],
    ['MON-2: as bad as before', { blue: failing(0.1), green: failing(0.1) }, 'soft', 'as bad as before'],
    ['MON-7: first deployment', { from: null, green: failing(0.1) }, 'hard', '10.0 % of 400 upgrades (limit 5 %)'],
    ['MON-3: too few', { green: { upgrades: 0.3, upgradesFailed: 1 } }, 'unknown', '12 upgrades of the 20 that are needed to tell'],
  ])('MON-1: %s', (_, story, verdict, figure) => {
    expect(of(story)).toMatchObject({ name: 'WebSocket failures', verdict, figure: expect.stringContaining(figure) });
  });

  it('MON-4: is not well where the front door does not say it', () => {
    expect(upgrades(changed(watched(), atTheEnd, withoutTraffic), DEFAULT_LIMITS).verdict).toBe('unknown');
  });
});
