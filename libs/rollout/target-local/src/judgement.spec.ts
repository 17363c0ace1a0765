import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Release } from '@devplatform/rollout-engine';
import { judgeMigrations, type MigrationJudgement } from './judgement.ts';
import { Releases } from './releases.ts';
import { writeRelease } from './spec-support/stub-release.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';
import { LocalSurvey } from './survey.ts';

const migration = (name: string, up: string, phase = 'expand'): object => ({
  ...{ name, phase, up: `${up};\n`, down: null, transaction: 'wrapped', gaps: [] },
});
const CREATE = migration('Create1', 'CREATE TABLE note (id int PRIMARY KEY, x text)');

let folder: TemporaryFolder;
let releases: string;
beforeEach(() => {
  folder = new TemporaryFolder();
  releases = join(folder.path, 'releases');
});
afterEach(() => {
  folder[Symbol.dispose]();
});

/** A release with, or without, what its build found of the database. */
function built(tag: string, columns: readonly string[], migrations: readonly object[] | null): Release {
  const release = writeRelease(releases, tag);
  const manifest = { format: 1, project: 'ours', release: tag, columns: { note: columns }, queries: [], unread: [], migrations };
  if (migrations !== null) writeFileSync(join(releases, tag, 'database.json'), JSON.stringify(manifest));
  return release;
}
const judge = (next: Release, running: Release, applied = ['Create1']): Promise<MigrationJudgement> =>
  judgeMigrations(next, running, new Releases(releases), applied);
const DROP = 'ALTER TABLE note DROP COLUMN x';

describe('the judgement on migrations', () => {
  it('MIG-74: reads both artifacts, leaves contract steps, and says which release stopped using what goes', async () => {
    built('v1.1.0', ['id', 'x'], [CREATE]);
    const running = built('v1.2.0', ['id'], [CREATE]);
    const next = built(
      'v1.3.0',
      ['id'],
      [CREATE, migration('Drop2', DROP, 'contract'), migration('Add3', 'ALTER TABLE note ADD COLUMN z text')],
    );
    expect(await judge(next, running)).toEqual({
      ...{ outcome: 'safe', left: ['Drop2'] },
      remarks: ['v1.3.0 does not map note.x any more; v1.1.0 did'],
    });
  });

  it('MIG-74: refuses what the running release still uses, with rule and place', async () => {
    const running = built('v1.2.0', ['id', 'x'], [CREATE]);
    const next = built('v1.3.0', ['id'], [CREATE, migration('Drop2', DROP)]);
    const reasons = expect.arrayContaining([expect.stringMatching(/^remove-column \(Drop2:1\): /)]);
    expect(await judge(next, running)).toMatchObject({ outcome: 'unsafe', reasons });
  });

  it('MIG-74: is unknown where a release was built before releases said what they do, its file is damaged, or the database is another', async () => {
    const running = built('v1.2.0', ['id'], null);
    const next = built('v1.3.0', ['id'], [CREATE]);
    const missing = [expect.stringMatching(/v1\.2\.0\/database\.json is missing.*build it again/)];
    expect(await judge(next, running)).toMatchObject({ outcome: 'unknown', reasons: missing });
    writeFileSync(join(releases, 'v1.2.0/database.json'), '{');
    expect(await judge(next, running)).toMatchObject({ outcome: 'unknown', reasons: [expect.stringContaining('no description')] });
    built('v1.2.0', ['id'], [CREATE]);
    expect(await judge(next, running, ['Create1', 'Strange9'])).toMatchObject({
      outcome: 'unknown',
      reasons: [expect.stringContaining('Strange9')],
    });
  });

  it('MIG-74: a survey asks the artifacts where there is no database yet', async () => {
    built('v1.2.0', ['id'], [CREATE]);
    const survey = new LocalSurvey({ home: folder.path, releasesDir: releases, env: {} });
    await expect(survey.judgeMigrations(built('v1.3.0', ['id'], []), 'v1.2.0')).resolves.toMatchObject({ left: [] });
  });
});
