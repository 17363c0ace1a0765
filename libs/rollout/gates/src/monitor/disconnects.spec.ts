import { describe, expect, it } from '@jest/globals';
import { atTheEnd, changed, ofService, type Story, watched } from '../spec-support/watched.ts';
import { disconnects } from './disconnects.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const of = (story: Story) => disconnects(watched(story), DEFAULT_LIMITS);

describe('disconnects', () => {
  it.each<[string, Story, string, string]>([
    ['none', {}, 'ok', '0.0 % of 200 sockets a minute (limit 5 % above before, before 0.0 %)'],
    ['as many as before', { blue: { abnormal: 0.5 }, green: { abnormal: 0.5 } }, 'ok', '15.0 % of 220 sockets a minute'],
    ['no more than chance', { blue: { abnormal: 0.5 }, green: { abnormal: 0.6 } }, 'ok', '18.0 % of 224 sockets a minute'],
    ['more than before', { blue: { abnormal: 0.5 }, green: { abnormal: 2 } }, 'soft', 'before 15.0 %)'],
    [
      'an hour of what a minute of before had',
      { blue: { abnormal: 0.1 }, green: { abnormal: 0.1 }, seconds: 3_600, every: 10 },
      'ok',
      '3.0 % of',
    ],
    ['MON-7: first deployment, few', { from: null, green: { abnormal: 0.1 } }, 'ok', '2.0 % of 204 sockets (limit 5 %)'],
    ['MON-7: first deployment, many', { from: null, green: { abnormal: 1 } }, 'soft', '16.7 % of 240 sockets (limit 5 %)'],
    ['MON-3: too few', { green: { sockets: 12 } }, 'unknown', '12 sockets of the 20 that are needed to tell'],
    ['MON-3: too few before', { blue: { sockets: 3 }, green: { abnormal: 1 } }, 'soft', '16.7 % of 240 sockets (limit 5 %)'],
  ])('MON-1: %s', (_, story, verdict, figure) => {
    expect(of(story)).toMatchObject({ name: 'disconnects', verdict, figure: expect.stringContaining(figure) });
  });

  it('MON-4: is not well where the backend does not say it', () => {
    const silent = changed(
      watched(),
      atTheEnd,
      ofService('backend', () => ({ sockets: null })),
    );
    expect(disconnects(silent, DEFAULT_LIMITS).verdict).toBe('unknown');
    const before = changed(
      watched(),
      (index) => index === 0,
      ofService('backend', () => ({ sockets: null })),
      'blue',
    );
    expect(disconnects(before, DEFAULT_LIMITS)).toMatchObject({ verdict: 'ok', figure: '0.0 % of 200 sockets (limit 5 %)' });
  });

  it('MON-5: counts on when the backend was started again', () => {
    const again = ofService('backend', () => ({ startedAt: '2026-01-01T00:01:20.000Z', sockets: { opened: 200, closed: 0, abnormal: 0 } }));
    const measure = disconnects(
      changed(watched({ green: { abnormal: 0.1 } }), (index) => index > 20, again),
      DEFAULT_LIMITS,
    );
    expect(measure.figure).toContain('1.5 % of 402 sockets a minute');
  });
});
