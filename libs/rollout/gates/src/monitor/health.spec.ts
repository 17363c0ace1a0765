import { describe, expect, it } from '@jest/globals';
import type { Watched } from '@devplatform/rollout-engine';
import { atTheEnd, changed, ofService, type Story, watched } from '../spec-support/watched.ts';
import { health } from './health.ts';
import { DEFAULT_LIMITS } from './limits.ts';

const failing = (service: string, healthy: boolean | null = false) => ofService(service, () => ({ healthy }));
const last =
  (count: number) =>
  (index: number, samples: number): boolean =>
    index >= samples - count;
const of = (story: Watched) => health(story, DEFAULT_LIMITS);
const bad = (count: number, story: Story = {}): Watched => changed(watched(story), last(count), failing('backend'));

describe('health', () => {
  it.each<[string, Watched, string, string]>([
    ['all well', watched(), 'ok', '3 of 3 healthy'],
    ['the only instance, once', bad(1), 'soft', 'backend pid 11 of 3 unhealthy'],
    ['the only instance, twice', bad(2), 'soft', 'backend pid 11 of 3 unhealthy'],
    ['the only instance, three times', bad(3), 'hard', 'backend pid 11 of 3 unhealthy'],
    ['twice, far from each other', bad(2, { every: 10 }), 'soft', 'unhealthy'],
    ['three times within less than 2 s', bad(3, { every: 0.5 }), 'soft', 'unhealthy'],
    ['two instances at once', changed(bad(1), atTheEnd, failing('worker')), 'hard', 'backend pid 11, worker pid 12 of 3 unhealthy'],
    ['well again', changed(bad(9), atTheEnd, failing('backend', true)), 'ok', '3 of 3 healthy'],
    ['MON-7: first deployment', bad(3, { from: null }), 'hard', 'unhealthy'],
  ])('MON-10: %s', (_, story, verdict, figure) => {
    expect(of(story)).toMatchObject({ name: 'health', verdict, figure: expect.stringContaining(figure), proven: false });
  });

  it('MON-10: one of two instances is soft, however long', () => {
    const two = changed(
      bad(30),
      () => true,
      (slot) => ({
        ...slot,
        instances: [
          ...slot.instances,
          ...slot.instances.filter(({ service }) => service === 'backend').map((one) => ({ ...one, instance: 'b', healthy: true })),
        ],
      }),
    );
    expect(of(two).verdict).toBe('soft');
  });

  it('MON-2: what was unhealthy before the deployment is no reason to go back', () => {
    const story = bad(9);
    const before =
      story.before === null
        ? null
        : { ...story.before, slots: { ...story.before.slots, blue: failing('backend')(story.before.slots.blue) } };
    expect(of({ ...story, before })).toMatchObject({ verdict: 'soft', figure: expect.stringContaining('as bad as before') });
    expect(of({ ...changed(story, atTheEnd, failing('backend'), 'blue') }).verdict).toBe('hard');
  });

  it('MON-4: no answer is not well, nor does it make well what was not', () => {
    expect(of(changed(watched(), atTheEnd, failing('worker', null))).verdict).toBe('unknown');
    expect(of(changed(bad(4), atTheEnd, failing('backend', null))).verdict).toBe('hard');
    expect(of(changed(watched(), atTheEnd, (slot) => ({ ...slot, instances: [] }))).verdict).toBe('unknown');
  });
});
