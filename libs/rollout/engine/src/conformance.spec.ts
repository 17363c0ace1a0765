import { targetConformance } from './conformance.ts';
import { BAD_MIGRATION, FakeTarget, GOOD, OTHER } from './spec-support/fake-target.ts';

// The environment in memory that the other specs drive keeps the same promises as a real one.
targetConformance('fake', () => {
  const target = new FakeTarget();
  return Promise.resolve({
    target,
    ...{ goodRelease: GOOD.tag, otherRelease: OTHER.tag, badMigrationRelease: BAD_MIGRATION.tag },
    fetchPublic: () => {
      target.serve();
      const slot = target.active ?? '';
      const version = target.active === null ? '' : (target.slots[target.active].release?.version ?? '');
      return Promise.resolve(new Response('', { headers: { 'x-slot': slot, 'x-api-version': version } }));
    },
    dispose: () => Promise.resolve(),
  });
});
