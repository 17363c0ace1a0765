import { describe, expect, it } from '@jest/globals';
import type { RolloutEvent } from '@devplatform/rollout-engine';
import { virtualClock } from '@devplatform/rollout-engine/virtual-clock';
import { type About, Narration } from './notification.ts';
import { about, planned, record, RUN } from './spec-support/told.ts';

const tell = (events: readonly RolloutEvent[], of: About = about) => {
  const narration = new Narration(of, virtualClock());
  return events.flatMap((event) => narration.of(event));
};
const done = (step: 'prepare' | 'switch'): readonly RolloutEvent[] => [
  { type: 'step-started', step, does: 'its work' },
  { type: 'step-done', step, ms: 12, detail: 'well' },
];
const watched = (verdict: 'ok' | 'soft' | 'hard'): RolloutEvent => ({
  ...{ type: 'watched', step: 'monitor', elapsedMs: 5_000, remainingMs: 10_000 },
  measures: [{ name: 'P95', verdict, figure: '2.4 s (limit 2 s)', proven: false }],
});

describe('NTF-1: a run is told from its beginning to its end', () => {
  it('one that succeeds', () => {
    const told = tell([...done('prepare'), planned, ...done('switch'), { type: 'closed', record: record('done') }]);
    expect(told.map(({ event, step, state }) => [event, step, state].filter(Boolean).join(' '))).toEqual([
      'deployment.step prepare started',
      'deployment.step prepare done',
      'deployment.started',
      'deployment.step switch started',
      'deployment.step switch done',
      'deployment.switched switch',
      'deployment.succeeded',
    ]);
    expect(told[2]).toEqual({
      ...{ event: 'deployment.started', run: RUN, kind: 'deploy', target: 'local', deployer: 'eve@host', at: '1970-01-01T00:00:00.000Z' },
      ...{ slots: { from: 'blue', to: 'green' }, release: { previous: 'v1.2.0', next: 'v1.3.0' } },
    });
    expect(told[5]).toMatchObject({ serves: 'green', ms: 12 });
    expect(told.at(-1)).toMatchObject({ run: RUN, record: { outcome: 'done' } });
  });

  it('one that goes back says why, and who serves again', () => {
    const told = tell([
      ...[planned, ...done('switch'), { type: 'turning-back', reason: 'P95 is over 5 s' } as const, ...done('switch')],
      { type: 'closed', record: record('undone', ['monitor: P95']) },
    ]);
    const serves = told.filter(({ event }) => event === 'deployment.switched').map((switched) => switched.serves);
    expect(serves).toEqual(['green', 'blue']);
    expect(told).toContainEqual(expect.objectContaining({ event: 'deployment.turning-back', reason: 'P95 is over 5 s' }));
    expect(told.at(-1)).toMatchObject({ event: 'deployment.failed', reason: 'P95 is over 5 s', record: { outcome: 'undone' } });
  });

  it('one that is stranded without turning back gives the last issue as the reason', () => {
    const told = tell([planned, { type: 'closed', record: record('stranded', ['drain: slow', 'account: 1 lost']) }]);
    expect(told.at(-1)).toMatchObject({ event: 'deployment.failed', reason: 'account: 1 lost', record: { outcome: 'stranded' } });
  });

  it('one that is gone on with begins with its first step, once, and learns its slots from the record', () => {
    const told = tell([...done('switch'), planned, { type: 'closed', record: record('done') }], { ...about, kind: 'resume' });
    expect(told.filter(({ event }) => event === 'deployment.started')).toHaveLength(1);
    expect(told[0]).toMatchObject({ event: 'deployment.started', kind: 'resume', slots: { from: null, to: null } });
    const cut = tell([...done('switch'), { type: 'closed', record: record('done') }], { ...about, kind: 'resume' });
    expect(cut.at(-1)).toMatchObject({ slots: { from: 'blue', to: 'green' }, release: { previous: 'v1.2.0', next: 'v1.3.0' } });
  });

  it('a limit that is passed is a warning, once for each measure and verdict; one that holds is none', () => {
    const told = tell((['ok', 'soft', 'ok', 'soft', 'hard', 'hard'] as const).map(watched));
    expect(told.map(({ event, reason }) => `${event} ${reason ?? ''}`)).toEqual([
      'deployment.warning P95 (soft limit): 2.4 s (limit 2 s)',
      'deployment.warning P95 (hard limit): 2.4 s (limit 2 s)',
    ]);
  });
});
