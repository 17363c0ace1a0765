import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';

jest.setTimeout(60_000); // npm starts a process, and that one another.

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'devplatform-check-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

writeFileSync(join(folder, 'before.sql'), 'CREATE TABLE projects (id integer PRIMARY KEY, legacy text);');
writeFileSync(join(folder, 'up.sql'), 'ALTER TABLE projects DROP COLUMN legacy;');
writeFileSync(join(folder, 'v1.json'), JSON.stringify({ columns: { projects: ['id', 'legacy'] }, queries: [] }));
writeFileSync(join(folder, 'v2.json'), JSON.stringify({ columns: { projects: ['id'] }, queries: [] }));

/** As somebody calls it who stands in `folder`. */
function npmRun(...words: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync('npm', ['--prefix', root, 'run', '-s', ...words], { cwd: folder, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

describe('MIG-50: the stable command', () => {
  it.each([
    ['v1.json', 1, 'unsafe'],
    ['v2.json', 0, 'safe'],
  ])('against %s: exit code %i, and nothing on standard output but the JSON', (previous, code, verdict) => {
    const words = ['--sql', 'up.sql', '--schema', 'before.sql', '--previous', previous, '--format', 'json'];
    const { out, ...ended } = npmRun('check-migrations', '--', ...words);
    expect(ended).toStrictEqual({ code, err: '' });
    expect(JSON.parse(out)).toMatchObject({ verdict });
  });

  it('takes the paths of a batch from its folder, wherever somebody stands', () => {
    const lines = ['v1.json', 'v2.json'].map((previous, id) => JSON.stringify({ id, sql: 'up.sql', schema: 'before.sql', previous }));
    writeFileSync(join(folder, 'cases.jsonl'), lines.join('\n'));
    const { status, stdout } = spawnSync('npm', ['run', '-s', 'check-migrations', '--', '--batch', join(folder, 'cases.jsonl')], {
      ...{ cwd: root, encoding: 'utf8' },
    });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number; verdict: string });
    expect(answers.map(({ id, verdict }) => [id, verdict])).toStrictEqual([
      [0, 'unsafe'],
      [1, 'safe'],
    ]);
    expect(status).toBe(1);
  });

  it('says on standard error what it cannot read', () => {
    const { code, out, err } = npmRun('check-migrations', '--', '--sql', 'nowhere.sql');
    expect({ code, out }).toStrictEqual({ code: 2, out: '' });
    expect(err).toContain(`There is no migration at ${join(folder, 'nowhere.sql')}`);
  });
});

describe('make-migration from another folder', () => {
  it('writes where somebody stands', () => {
    const { code, err } = npmRun(
      'make-migration',
      '--',
      'add-column',
      'projects.archived_at',
      '--dir',
      'made',
      '--timestamp',
      '1764200000000',
    );
    expect({ code, err }).toStrictEqual({ code: 0, err: '' });
  });
});
