import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runMigrations } from './migration.ts';
import { writeRelease } from './spec-support/stub-release.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = new TemporaryFolder();
});
afterEach(() => {
  folder[Symbol.dispose]();
});

/** A release whose migrator prints these lines. */
async function run(lines: readonly object[], options: { readonly contract?: boolean } = {}): Promise<readonly string[]> {
  const program = `for (const line of ${JSON.stringify(lines)}) console.log(JSON.stringify(line));
    if (process.argv.includes('--contract')) console.log(JSON.stringify({ left: ['nothing'] }));`;
  const release = writeRelease(folder.path, 'v1.0.0', { 'backend/migrate.js': program });
  const said: string[] = [];
  await runMigrations(release, `${folder.path}/v1.0.0`, 'postgresql://nowhere', { ...options, log: (line) => said.push(line) });
  return said;
}

describe('what a migration says while it runs', () => {
  it('MIG-75: names who is in the way', async () => {
    const blockers = [{ pid: 7, application: 'backend-blue', state: 'idle in transaction', forSeconds: 3, query: 'SELECT 1' }];
    expect(
      await run([
        { waiting: 'Alter2', attempt: 3, blockers },
        { waiting: 'Alter2', attempt: 4, blockers: [] },
      ]),
    ).toEqual([
      'Alter2 did not get its lock (attempt 3): it is held by backend-blue (pid 7, idle in transaction); it tries again',
      'Alter2 did not get its lock (attempt 4); it tries again',
    ]);
  });

  it('MIG-78: contract steps are asked for only by name, and said where they are left', async () => {
    expect(await run([{ left: ['Drop3', 'Drop4'] }])).toEqual([
      'left until no other release runs: Drop3, Drop4; then run backend/migrate.js --contract',
    ]);
    expect(await run([], { contract: true })).toEqual([expect.stringContaining('nothing')]);
  });

  it('MIG-77: a backfill does not fill the log', async () => {
    expect(await run(Array.from({ length: 1000 }, (_, done) => ({ progress: 'Fill5', done })))).toEqual([]);
  });
});
