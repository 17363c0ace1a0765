import { describe, expect, it } from '@jest/globals';
import type { SlotObservation } from '@devplatform/rollout-engine';
import { atTheEnd, changed, type Story, watched, withoutTraffic } from '../spec-support/watched.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { serverErrors } from './server-errors.ts';

const of = (story: Story) => serverErrors(watched(story), DEFAULT_LIMITS);

describe('5xx rate', () => {
  it.each<[string, Story, string, string]>([
    ['none', {}, 'ok', '0.0 % of 4,000 requests (limit 0.1 %, before 0.0 %)'],
    ['below both limits', { green: { errors: 0.0005 } }, 'ok', '0.05 % of 4,000 requests'],
    ['above the soft limit', { green: { errors: 0.004 } }, 'soft', '0.40 % of 4,000 requests (limit 0.1 %, before 0.0 %)'],
    ['just below the hard limit', { green: { errors: 0.009 }, seconds: 300 }, 'soft', '0.90 % of 30,000 requests (limit 0.1 %'],
    ['above the hard limit', { green: { errors: 0.02 } }, 'hard', '2.0 % of 4,000 requests (limit 1 %, before 0.0 %)'],
    ['just above it, seen for long', { green: { errors: 0.012 }, seconds: 300 }, 'hard', '1.2 % of 30,000 requests (limit 1 %'],
  ])('MON-1: %s', (_, story, verdict, figure) => {
    expect(of(story)).toMatchObject({ verdict, figure: expect.stringContaining(figure), proven: false });
  });

  it.each<[string, Story, string]>([
    ['as bad as before', { blue: { errors: 0.02 }, green: { errors: 0.02 } }, 'soft'],
    ['a little worse than a bad time before', { blue: { errors: 0.02 }, green: { errors: 0.027 } }, 'soft'],
    ['much worse than a bad time before', { blue: { errors: 0.02 }, green: { errors: 0.06 } }, 'hard'],
    ['a fault of before that was too rare to excuse it', { blue: { errors: 0.0001 }, green: { errors: 0.02 } }, 'hard'],
    ['better than before, and well', { blue: { errors: 0.02 } }, 'ok'],
  ])('MON-2: %s', (_, story, verdict) => {
    const measure = of(story);
    expect(measure.verdict).toBe(verdict);
    expect(measure.figure.includes('as bad as before')).toBe(verdict === 'soft');
  });

  it('MON-2: a baseline without a fault excuses nothing, however little it served', () => {
    expect(of({ blue: { requests: 2 }, green: { requests: 10, errors: 0.05 }, age: 0 }).verdict).toBe('hard');
  });

  it('MON-3: too few to tell, and says how many it needs', () => {
    const few = of({ green: { requests: 0.3, errors: 1 } });
    expect(few).toMatchObject({ verdict: 'unknown', figure: '12 requests of the 100 that are needed to tell' });
  });

  it('MON-3: an old slot that served too little is no baseline', () => {
    const measure = of({ blue: { requests: 0.1, errors: 1 }, green: { errors: 0.02 } });
    expect(measure).toMatchObject({ verdict: 'hard', figure: '2.0 % of 4,000 requests (limit 1 %)' });
  });

  it('MON-4: what the front door does not say is not well, and what was bad stays bad', () => {
    const away = (story: Story) => serverErrors(changed(watched(story), atTheEnd, withoutTraffic), DEFAULT_LIMITS);
    expect(away({})).toMatchObject({ verdict: 'unknown', figure: expect.stringContaining('the front door does not say it now') });
    expect(away({ green: { errors: 0.02 } }).verdict).toBe('hard');
    const never = serverErrors(
      changed(watched(), () => true, withoutTraffic),
      DEFAULT_LIMITS,
    );
    expect(never).toMatchObject({ verdict: 'unknown', figure: expect.stringContaining('the front door') });
  });

  it('MON-5: counts on when the front door was started again', () => {
    const again = (slot: SlotObservation): SlotObservation => {
      if (slot.traffic === null) return slot;
      const { traffic } = slot;
      const counts = traffic.latency.counts.map((count) => (count === 0 ? 0 : count - 2_000));
      const since = '2026-01-01T00:01:20.000Z';
      return { ...slot, traffic: { ...traffic, since, requests: traffic.requests - 2_000, latency: { ...traffic.latency, counts } } };
    };
    const measure = serverErrors(
      changed(watched(), (index) => index > 20, again),
      DEFAULT_LIMITS,
    );
    expect(measure).toMatchObject({ verdict: 'ok', figure: expect.stringContaining('of 4,000 requests') });
  });

  it('MON-6: a burst late in a bake is not diluted by the good time before it', () => {
    const late = changed(
      watched({ seconds: 900, every: 10 }),
      (index) => index >= 88,
      (slot) => (slot.traffic === null ? slot : { ...slot, traffic: { ...slot.traffic, serverErrors: 180 } }),
    );
    const measure = serverErrors(late, DEFAULT_LIMITS);
    expect(measure).toMatchObject({ verdict: 'hard', figure: expect.stringMatching(/ of \d,000 requests in the last [16]0 s/) });
    expect(180 / 90_000).toBeLessThan(DEFAULT_LIMITS.serverErrors.hard);
  });

  it('MON-6: samples that were thinned cover the whole time', () => {
    const all = watched({ seconds: 600, green: { errors: 0.02 } });
    const thinned = { ...all, samples: all.samples.filter((_, index) => index < 5 || index > 590 || index % 97 === 0) };
    expect(serverErrors(thinned, DEFAULT_LIMITS)).toEqual(serverErrors(all, DEFAULT_LIMITS));
  });

  it.each([
    [0.02, 'hard'],
    [0.004, 'soft'],
    [0, 'ok'],
  ])('MON-7: in a first deployment the limit alone decides: %d is %s', (errors, verdict) => {
    expect(of({ from: null, green: { errors } })).toMatchObject({ verdict, figure: expect.not.stringContaining('before') });
  });

  it('counts what was asked before the first sample', () => {
    const story = watched();
    const measure = serverErrors({ ...story, samples: story.samples.slice(10) }, DEFAULT_LIMITS);
    expect(measure.figure).toContain('of 4,000 requests');
  });

  it('starts with the first sample where nobody looked before', () => {
    const measure = serverErrors({ ...watched({ green: { errors: 0.02 } }), before: null }, DEFAULT_LIMITS);
    expect(measure).toMatchObject({ verdict: 'hard', figure: '2.0 % of 4,000 requests (limit 1 %, before 0.0 %)' });
  });
});
