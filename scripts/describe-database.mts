import { join } from 'node:path';
import { RELEASE, RELEASES, versionTag } from '@devplatform/contracts';
import type { Described } from '@devplatform/migration-check/describe';
import { $ } from 'zx';

/*
 * Prints what releases do with the database, one JSON object a line: of each version that is named, else of all, oldest first. A release is what
 * this code is with DEVPLATFORM_RELEASE set, so each has a process of its own.
 */
const root = join(import.meta.dirname, '..');
const ENTRIES = ['backend/src/main.ts', 'worker/src/main.ts', 'worker/src/model-thread.ts', 'worker/src/health.ts'];

async function describeThisRelease(): Promise<string> {
  const { describeDatabase } = await import('@devplatform/migration-check/describe');
  const { migrations } = await import('@devplatform/migrations');
  // No module of an application can be imported from outside of it, except by where it lies.
  const { entities } = (await import(join(root, 'apps/backend/src/database/entities.ts'))) as Pick<Described, 'entities'>;
  const manifest = await describeDatabase({
    ...{ project: 'devplatform', release: versionTag(RELEASE), entities, migrations, root },
    ...{ entries: ENTRIES.map((entry) => join(root, 'apps', entry)), defined: { DEVPLATFORM_RELEASE: RELEASE } },
    elsewhere: ['release_fence'],
  });
  return `${JSON.stringify(manifest)}\n`;
}

async function describeRelease(version: string): Promise<string> {
  const env = { ...process.env, DEVPLATFORM_RELEASE: version };
  return (await $({ quiet: true, env })`${process.execPath} ${import.meta.filename} ${version}`).stdout;
}

const [first, ...more] = process.argv.slice(2);
if (first !== undefined && more.length === 0 && process.env.DEVPLATFORM_RELEASE === first) {
  process.stdout.write(await describeThisRelease());
} else {
  const described = await Promise.all((first === undefined ? RELEASES : [first, ...more]).map(describeRelease));
  process.stdout.write(described.join(''));
}
