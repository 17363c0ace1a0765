import { describe, expect, it } from '@jest/globals';
import { atTheEnd, changed, type Load, MB, ofService, type Story, watched } from '../spec-support/watched.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { memory } from './memory.ts';

const of = (story: Story) => memory(watched(story), DEFAULT_LIMITS);
const of500 = (held: number): Load => ({ memory: () => held * MB, memoryLimit: 500 * MB });
const leaking = (perSecond: number, start = 120): Load => ({ memory: (second) => (start + perSecond * second) * MB });
const saw: Load = { memory: (second) => (120 + 75 * ((second % 60) / 60)) * MB };
const ramp: Load = { memory: (second) => (100 + 80 * (1 - Math.exp(-second / 20))) * MB };

describe('memory', () => {
  it.each<[string, Story, string, string]>([
    ['below the soft limit', { green: of500(390) }, 'ok', 'backend 78.0 % of 500 MB (limit 80 %, before 150 MB)'],
    ['above the soft limit', { green: of500(410) }, 'soft', 'backend 82.0 % of 500 MB (limit 80 %'],
    ['above the hard limit', { green: of500(480) }, 'hard', 'backend 96.0 % of 500 MB (limit 95 %, before 150 MB)'],
    ['MON-2: as bad as before', { blue: of500(480), green: of500(480) }, 'soft', 'before 480 MB, as bad as before)'],
    ['MON-7: first deployment', { from: null, green: of500(480) }, 'hard', 'backend 96.0 % of 500 MB (limit 95 %)'],
    ['no limit', {}, 'ok', 'backend 150 MB (no limit, before 150 MB)'],
    ['MON-3: too early to tell of a leak', { seconds: 12 }, 'unknown', '12 s of the 30 s that are needed to tell whether it grows'],
    ['too early for a leak, but not for the limit', { green: of500(480), seconds: 1 }, 'hard', '96.0 %'],
  ])('MON-1: %s', (_, story, verdict, figure) => {
    expect(of(story)).toMatchObject({ name: 'memory', verdict, figure: expect.stringContaining(figure) });
  });

  it.each<[string, Story, string]>([
    ['a leak without a limit', { green: leaking(5), seconds: 40 }, 'hard'],
    ['a slow leak', { green: leaking(0.3), seconds: 400, every: 5 }, 'hard'],
    [
      'a leak late in a bake',
      { green: { memory: (second) => (150 + Math.max(0, second - 800) * 2) * MB }, seconds: 860, every: 10 },
      'hard',
    ],
    ['a leak towards a limit', { green: { ...leaking(1), memoryLimit: 2_000 * MB }, seconds: 120 }, 'hard'],
    ['growth that does not reach the limit in time', { green: { ...leaking(1), memoryLimit: 9_000 * MB }, seconds: 120 }, 'ok'],
    ['growth up to what the old one holds', { blue: { memory: () => 400 * MB }, green: leaking(2), seconds: 60 }, 'ok'],
    ['growth of less than 50 MB', { blue: { memory: () => 100 * MB }, green: leaking(0.5), seconds: 60 }, 'ok'],
    ['a saw-tooth', { blue: { memory: () => 160 * MB }, green: saw, seconds: 300 }, 'ok'],
    ['a saw-tooth in its first rise', { blue: { memory: () => 160 * MB }, green: saw, seconds: 59 }, 'ok'],
    ['a ramp-up that flattens', { green: ramp, seconds: 60 }, 'ok'],
    ['MON-7: a leak in a first deployment', { from: null, green: leaking(5), seconds: 40 }, 'hard'],
    ['MON-7: a saw-tooth in a first deployment', { from: null, green: saw, seconds: 59 }, 'ok'],
  ])('MON-9: %s is %s', (_, story, verdict) => {
    expect(of(story).verdict).toBe(verdict);
  });

  it('MON-9: says how fast it grows, and towards what', () => {
    const figure = 'backend pid 11 grew by 150 MB in 30 s to 320 MB (limit twice of before within 1 h, before 150 MB)';
    expect(of({ green: leaking(5) }).figure).toBe(figure);
  });

  it('MON-2: a leak that the old slot had as well is no reason to go back to it', () => {
    const old: Load = { memory: (second) => (100 + 5 * second) * MB };
    const measure = of({ blue: old, green: leaking(6, 250), age: 30, seconds: 120 });
    expect(measure).toMatchObject({ verdict: 'soft', figure: expect.stringContaining('as bad as before') });
  });

  it('MON-2: a saw-tooth that happened to rise does not pass for a leak of the old slot', () => {
    const old: Load = { memory: (second) => (150 + ((second - 36_000) / 60) * 60) * MB };
    expect(of({ blue: old, green: leaking(1.2), age: 36_000, seconds: 300, every: 5 }).verdict).toBe('hard');
  });

  it.each(['backend', 'frontend', 'worker'])('MON-4: is not well where the %s does not say it', (service) => {
    const silent = memory(
      changed(
        watched(),
        atTheEnd,
        ofService(service, () => ({ memoryBytes: null })),
      ),
      DEFAULT_LIMITS,
    );
    expect(silent).toMatchObject({ verdict: 'unknown', figure: expect.stringContaining(`${service} does not say it now`) });
  });

  it('MON-5: a process that was started again begins again', () => {
    const again = ofService('backend', () => ({ startedAt: '2026-01-01T00:01:25.000Z', memoryBytes: 100 * MB }));
    const measure = memory(
      changed(watched({ green: leaking(5) }), (index) => index > 25, again),
      DEFAULT_LIMITS,
    );
    expect(measure).toMatchObject({ verdict: 'unknown', figure: expect.stringContaining('14 s of the 30 s') });
  });
});
