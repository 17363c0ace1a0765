import { describe, expect, it } from '@jest/globals';
import type { SlotObservation } from '@devplatform/rollout-engine';
import { atTheEnd, changed, ofService, watched } from '../spec-support/watched.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { restarts } from './restarts.ts';

const later = (index: number): boolean => index > 20;
const without =
  (service: string) =>
  (slot: SlotObservation): SlotObservation => ({
    ...slot,
    instances: slot.instances.filter((instance) => instance.service !== service),
  });
const withTwo = (slot: SlotObservation): SlotObservation => ({
  ...slot,
  instances: [
    ...slot.instances,
    ...slot.instances.filter(({ service }) => service === 'backend').map((one) => ({ ...one, instance: 'pid 99' })),
  ],
});
const nobody = (slot: SlotObservation): SlotObservation => ({ ...slot, instances: [] });
const of = (...args: Parameters<typeof changed>) => restarts(changed(...args), DEFAULT_LIMITS);

describe('restarts', () => {
  it('MON-10: none', () => {
    expect(restarts(watched(), DEFAULT_LIMITS)).toEqual({ name: 'restarts', verdict: 'ok', figure: 'none of 3 instances', proven: false });
  });

  it('MON-10: a later start of the same instance is one, proven by one sample, and is not forgotten', () => {
    const again = ofService('worker', () => ({ startedAt: '2026-01-01T00:01:30.000Z' }));
    const hard = { verdict: 'hard', proven: true, figure: 'worker pid 12 was started again' };
    expect(of(watched(), atTheEnd, again)).toMatchObject(hard);
    expect(of(watched({ seconds: 900 }), later, again)).toMatchObject(hard);
  });

  it('MON-10: another instance in its place is one, also where nobody was there for a while', () => {
    const other = ofService('backend', () => ({ instance: 'pid 99', startedAt: null }));
    const hard = { verdict: 'hard', proven: true, figure: 'backend pid 11 was replaced by pid 99' };
    expect(of(watched(), atTheEnd, other)).toMatchObject(hard);
    const gone = changed(watched(), (index) => index > 10 && index <= 20, without('backend'));
    expect(of(gone, later, other)).toMatchObject(hard);
  });

  it('an instance more of another service is not in the place of one that has gone', () => {
    const named = (service: string) => (slot: SlotObservation) => ({
      ...slot,
      instances: [
        ...slot.instances,
        ...slot.instances.filter((one) => one.service === service).map((one) => ({ ...one, instance: 'pid 99' })),
      ],
    });
    const story = changed(watched(), (index, samples) => index < samples - 1, named('worker'));
    expect(of(story, atTheEnd, named('backend'))).toMatchObject({ verdict: 'soft', figure: 'worker pid 99 has gone' });
  });

  it('a list that was empty once is none, nor is one more right after it', () => {
    const empty = changed(watched(), (index) => index === 20, nobody);
    const more = (slot: SlotObservation): SlotObservation => ({ ...slot, instances: withTwo(slot).instances.toReversed() });
    expect(of(empty, later, more).verdict).toBe('ok');
  });

  it('a start time that shakes is none', () => {
    const shaking = ofService('backend', () => ({ startedAt: '2026-01-01T00:00:30.900Z' }));
    expect(of(watched(), later, shaking).verdict).toBe('ok');
  });

  it('MON-10: a service that has ended is hard, one instance of more that has gone is soft, one more is nothing', () => {
    expect(of(watched(), atTheEnd, without('worker'))).toMatchObject({
      verdict: 'hard',
      proven: false,
      figure: expect.stringContaining('worker ended'),
    });
    const two = changed(watched(), (index, samples) => index < samples - 1, withTwo);
    expect(restarts(two, DEFAULT_LIMITS)).toMatchObject({ verdict: 'soft', figure: 'backend pid 99 has gone' });
    expect(of(watched(), later, withTwo).verdict).toBe('ok');
  });

  it('one more long after one has gone is no restart', () => {
    const two = changed(watched({ seconds: 200 }), (index) => index < 20, withTwo);
    const back = changed(
      two,
      (index) => index > 150,
      (slot) => withTwo(slot),
    );
    const renamed = changed(
      back,
      (index) => index > 150,
      (slot) => ({
        ...slot,
        instances: slot.instances.map((one) => (one.instance === 'pid 99' ? { ...one, instance: 'pid 100' } : one)),
      }),
    );
    expect(restarts(renamed, DEFAULT_LIMITS).verdict).toBe('ok');
  });

  it('MON-4: cannot tell where the target names nobody, or not since when', () => {
    expect(of(watched(), atTheEnd, nobody).verdict).toBe('unknown');
    expect(
      of(
        watched(),
        atTheEnd,
        ofService('backend', () => ({ startedAt: null })),
      ).verdict,
    ).toBe('unknown');
  });

  it('MON-7: does not care for what was there before', () => {
    expect(restarts(watched({ from: null }), DEFAULT_LIMITS).verdict).toBe('ok');
  });
});
