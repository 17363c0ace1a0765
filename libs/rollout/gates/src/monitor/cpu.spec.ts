import { describe, expect, it } from '@jest/globals';
import { atTheEnd, changed, ofService, type Story, watched } from '../spec-support/watched.ts';
import { cpu } from './cpu.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const of = (story: Story) => cpu(watched(story), DEFAULT_LIMITS);

describe('CPU', () => {
  it.each<[string, Story, string, string]>([
    ['idle', {}, 'ok', 'backend 20.0 % of a core for 30 s (limit 70 %)'],
    ['below the limit', { green: { cores: 0.69 } }, 'ok', 'backend 69.0 %'],
    ['above the limit', { green: { cores: 0.8 } }, 'soft', 'backend 80.0 % of a core for 30 s (limit 70 %)'],
    ['more than a core, which takes nothing back', { green: { cores: 3 } }, 'soft', 'backend 300.0 % of a core'],
    ['samples far from each other', { green: { cores: 0.8 }, every: 20 }, 'soft', 'backend 80.0 % of a core for 40 s'],
    ['MON-3: too early', { green: { cores: 0.8 }, seconds: 12 }, 'unknown', 'backend: 12 s of the 30 s that are needed to tell'],
    ['MON-7: first deployment', { from: null, green: { cores: 0.8 } }, 'soft', 'backend 80.0 %'],
  ])('MON-1: %s', (_, story, verdict, figure) => {
    expect(of(story)).toMatchObject({ name: 'CPU', verdict, figure: expect.stringContaining(figure) });
  });

  it('a burst is not sustained', () => {
    const burst = ofService('backend', ({ cpuSeconds }) => ({ cpuSeconds: (cpuSeconds ?? 0) + 10 }));
    expect(
      cpu(
        changed(watched({ seconds: 120 }), (index) => index > 110, burst),
        DEFAULT_LIMITS,
      ).verdict,
    ).toBe('ok');
  });

  it('MON-4: is not well where an instance does not say it, and stays bad where it was', () => {
    const silent = (story: Story) =>
      cpu(
        changed(
          watched(story),
          atTheEnd,
          ofService('backend', () => ({ cpuSeconds: null })),
        ),
        DEFAULT_LIMITS,
      );
    expect(silent({}).verdict).toBe('unknown');
    expect(silent({ green: { cores: 0.8 } })).toMatchObject({
      verdict: 'soft',
      figure: expect.stringContaining('; backend does not say it now'),
    });
  });

  it('MON-5: a process that was started again is looked at anew', () => {
    const again = ofService('backend', () => ({ startedAt: '2026-01-01T00:01:25.000Z', cpuSeconds: 0 }));
    expect(
      cpu(
        changed(watched(), (index) => index > 25, again),
        DEFAULT_LIMITS,
      ).verdict,
    ).toBe('unknown');
  });
});
