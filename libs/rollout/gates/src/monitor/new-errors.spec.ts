import { describe, expect, it } from '@jest/globals';
import { atTheEnd, changed, type Load, ofService, type Story, watched } from '../spec-support/watched.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { newErrors } from './new-errors.ts';

const logs = (errorLines: Readonly<Record<string, number>>): Load => ({ errorLines });
const of = (story: Story) => newErrors(watched(story), DEFAULT_LIMITS);
const silent = (slot: 'blue' | 'green', when: (index: number, samples: number) => boolean, story: Story) =>
  changed(watched(story), when, (all) => ({ ...all, instances: all.instances.map((one) => ({ ...one, criticalErrors: null })) }), slot);

describe('new errors', () => {
  it.each<[string, Story, string, string]>([
    ['none', {}, 'ok', 'none that was not there before'],
    ['one that was there before', { blue: logs({ 'disk is full': 1 }), green: logs({ 'disk is full': 9 }) }, 'ok', 'none that'],
    [
      'one that was not',
      { blue: logs({ 'disk is full': 1 }), green: logs({ 'x is not a function': 1 }) },
      'hard',
      '1 × "x is not a function" (limit 1)',
    ],
    ['several', { green: logs({ a: 2, b: 1_500, c: 1 }) }, 'hard', '1,500 × "b" and 2 more (limit 1)'],
    ['a long one', { green: logs({ ['y'.repeat(200)]: 1 }) }, 'hard', `"${'y'.repeat(80)}…"`],
    ['MON-7: first deployment', { from: null, green: logs({ a: 1 }) }, 'hard', '1 × "a"'],
  ])('MON-10: %s', (_, story, verdict, figure) => {
    expect(of(story)).toMatchObject({ name: 'new errors', verdict, figure: expect.stringContaining(figure), proven: false });
  });

  it('is hard from the configured number on', () => {
    const story = watched({ green: logs({ a: 2 }) });
    expect([2, 3].map((limit) => newErrors(story, { ...DEFAULT_LIMITS, newErrors: limit }).verdict)).toEqual(['hard', 'soft']);
  });

  it('is no longer new when the old slot meets it, too', () => {
    const story = changed(
      watched({ green: logs({ 'database is away': 3 }) }),
      atTheEnd,
      ofService('backend', () => ({ criticalErrors: { 'database is away': 1 } })),
      'blue',
    );
    expect(newErrors(story, DEFAULT_LIMITS).verdict).toBe('ok');
  });

  it('MON-4: is not well where nobody says it', () => {
    expect(newErrors(silent('green', atTheEnd, {}), DEFAULT_LIMITS).verdict).toBe('unknown');
    expect(newErrors(silent('green', atTheEnd, { green: logs({ a: 1 }) }), DEFAULT_LIMITS).verdict).toBe('hard');
  });

  it('MON-4: nobody can call it new where the old slot never said what it logs', () => {
    const story = silent('blue', () => true, { green: logs({ a: 1 }) });
    const measure = newErrors({ ...story, before: null }, DEFAULT_LIMITS);
    expect(measure).toMatchObject({ verdict: 'soft', figure: expect.stringContaining('what blue logged is not known') });
  });

  it('MON-5: adds up what two starts of a process logged', () => {
    const again = ofService('backend', () => ({ startedAt: '2026-01-01T00:01:20.000Z', criticalErrors: { a: 1 } }));
    const measure = newErrors(
      changed(watched({ green: logs({ a: 4 }) }), (index) => index > 20, again),
      DEFAULT_LIMITS,
    );
    expect(measure.figure).toContain('5 × "a"');
  });
});
