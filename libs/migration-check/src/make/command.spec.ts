import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeMigration } from './command.ts';

const AT = 1764200000000;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'devplatform-make-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function make(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await makeMigration(words, {
    print: (text) => out.push(text),
    complain: (text) => err.push(text),
    ...{ workingDirectory: folder, migrations: folder, now: () => AT },
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

describe('MIG-57: make-migration', () => {
  it('writes one class a file, in this style, and says in which release each belongs', async () => {
    const { code, out } = await make('rename-column', 'projects.title', 'name', '--type', 'text');
    expect(code).toBe(0);
    expect(readdirSync(folder).toSorted()).toStrictEqual([
      ...['1764200000000-add-projects-title-to-name.ts', '1764200000001-fill-projects-title-to-name.ts'],
      '1764200000002-remove-projects-title-to-name.ts',
    ]);
    const text = readFileSync(join(folder, '1764200000000-add-projects-title-to-name.ts'), 'utf8');
    expect(text).toContain('export class AddProjectsTitleToName1764200000000 implements MigrationInterface {');
    expect(text).toContain(`readonly phase = 'expand';`);
    expect(out).toContain('contract: the release after that one');
  });

  it('declares the phase by the interface where the folder has it', async () => {
    writeFileSync(join(folder, 'phase.ts'), '');
    await make('add-index', 'projects.owner,created_at');
    const text = readFileSync(join(folder, '1764200000000-index-projects-owner-created-at.ts'), 'utf8');
    expect(text).toContain(`import type { Phased } from './phase.ts';`);
    expect(text).toContain('implements MigrationInterface, Phased {');
    expect(text).toContain('readonly transaction = false;');
    expect(text).toContain('CREATE INDEX CONCURRENTLY projects_owner_created_at_idx ON projects (owner, created_at)');
  });

  it('never overwrites, not even one file of several', async () => {
    writeFileSync(join(folder, '1764200000002-remove-projects-title-to-name.ts'), 'mine');
    const { code, err } = await make('rename-column', 'projects.title', 'name', '--type', 'text');
    expect({ code, files: readdirSync(folder) }).toStrictEqual({ code: 2, files: ['1764200000002-remove-projects-title-to-name.ts'] });
    expect(err).toContain('is there already. Nothing was written.');
  });

  it('writes nothing with --dry-run, and JSON for programs', async () => {
    expect((await make('add-table', 'audit_entry', '--dry-run')).out).toContain('CREATE TABLE audit_entry (');
    expect(readdirSync(folder)).toStrictEqual([]);
    const { out } = await make('add-table', 'audit_entry', '--json', '--timestamp', '1764300000000');
    expect(JSON.parse(out)).toMatchObject({ written: [{ file: '1764300000000-create-audit-entry.ts', phase: 'expand' }] });
  });

  it('quotes what PostgreSQL would read otherwise, and cuts names with a digest', async () => {
    const long = 'a'.repeat(50);
    const { out } = await make('add-index', `"Order".${long},user`, '--dry-run');
    expect(out).toMatch(/ON "Order" \(a{50}, "user"\)/);
    const name = /CONCURRENTLY "(Order_a+_[a-z0-9_]*)" ON/.exec(out)?.[1] ?? '';
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  });

  it('shows an example for each rule', async () => {
    const { code, out } = await make('--help');
    expect(code).toBe(0);
    for (const rule of ['add-column', 'remove-column', 'rename-column', 'add-table', 'change-column-type', 'add-index', 'add-not-null']) {
      expect(out).toContain(`  ${rule} `);
    }
  });

  it.each([
    [[], 'A rule is missing'],
    [['drop-everything', 'x.y'], 'There is no rule drop-everything; there are add-column'],
    [['toString', 'x.y'], 'There is no rule toString'],
    [['add-column'], 'add-column of what?'],
    [['add-column', 'projects'], 'projects names no column'],
    [['add-column', 'a.b.c.d'], 'a.b.c.d names no column'],
    [['add-column', 'projects.x', '--default', 'gen_random_uuid()'], 'is no constant'],
    [['add-column', 'projects.x', '--not-null'], 'refuses every INSERT'],
    [['add-column', 'projects.x', '--type', 'integer; DROP TABLE projects'], 'more than one statement'],
    [['add-column', 'projects.x', '--type', 'integer((('], 'PostgreSQL does not read'],
    [['rename-column', 'projects.title', 'name'], '--type is missing'],
    [['rename-column', 'projects.title', '--type', 'text'], 'the new name is missing'],
    [['change-column-type', 'projects.size', '--type', 'bigint'], '--from is missing'],
    [['add-column', 'projects.x', '--timestamp', 'now'], '--timestamp now is no time in milliseconds'],
    [['add-column', 'projects.x', 'y', 'z'], 'z is too much'],
    [['add-column', 'projects.x', '--frobnicate'], 'frobnicate'],
  ])('refuses %j, and writes nothing', async (words, message) => {
    const { code, out, err } = await make(...words);
    expect({ code, out, files: readdirSync(folder) }).toStrictEqual({ code: 2, out: '', files: [] });
    expect(err).toContain(message);
    expect(err).toContain('Nothing was written');
  });
});
