import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { targetConformance } from '@devplatform/rollout-engine/conformance';
import { localTarget } from './local-target.ts';
import { writeRelease } from './spec-support/stub-release.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';

/** `node scripts/build.mts` makes them. */
const BUILT = resolve(__dirname, '../../../../dist/releases');
const BAD_MIGRATE = 'console.log(JSON.stringify({ error: "column exists" })); process.exitCode = 1;';

// Real releases on real parts; only the release with the bad migration is made up.
targetConformance('local', () => {
  const folder = new TemporaryFolder();
  const releasesDir = join(folder.path, 'releases');
  mkdirSync(releasesDir);
  for (const tag of ['v1.2.0', 'v1.3.0']) symlinkSync(join(BUILT, tag), join(releasesDir, tag));
  writeRelease(releasesDir, 'v1.4.0', { 'backend/migrate.js': BAD_MIGRATE });
  const target = localTarget({ home: join(folder.path, 'home'), releasesDir, env: {} });
  return Promise.resolve({
    target,
    ...{ goodRelease: 'v1.2.0', otherRelease: 'v1.3.0', badMigrationRelease: 'v1.4.0' },
    fetchPublic: (path: string) => fetch(`${target.publicUrl ?? ''}${path}`, { headers: { connection: 'close' } }),
    dispose: async () => {
      await target.down();
      folder[Symbol.dispose]();
    },
  });
});
