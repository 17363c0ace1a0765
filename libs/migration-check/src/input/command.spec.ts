import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { checkMigrations } from './command.ts';

jest.setTimeout(60_000); // Five megabytes are parsed.

const folder = mkdtempSync(join(tmpdir(), 'devplatform-command-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const SCHEMA = 'CREATE TABLE projects (id integer PRIMARY KEY, name text NOT NULL, legacy text);';
const FILES = {
  'before.sql': SCHEMA,
  'v1.json': JSON.stringify({ columns: { projects: ['id', 'name', 'legacy'] }, queries: [] }),
  'v2.json': JSON.stringify({ columns: { projects: ['id', 'name'] }, queries: [] }),
  'foreign.json': JSON.stringify({ columns: { orders: ['id'] }, queries: [] }),
  'foreign-column.json': JSON.stringify({ columns: { projects: ['id', 'price'] }, queries: [] }),
  'foreign-query.json': JSON.stringify({ columns: {}, queries: ['SELECT id FROM orders'] }),
  'no-json.json': 'columns: {}',
  'no-manifest.json': JSON.stringify({ columns: { projects: 'id' } }),
  'bad-query.json': JSON.stringify({ columns: {}, queries: ['SELEC 1'] }),
  'drop.sql': '-- no longer used\nALTER TABLE projects\n  DROP COLUMN legacy;\n',
  'add.sql': 'ALTER TABLE projects ADD COLUMN archived_at timestamptz;\r\n',
  'dynamic.sql': `DO $$ DECLARE r record; BEGIN FOR r IN SELECT relname FROM pg_class LOOP EXECUTE 'DROP TABLE ' || r.relname; END LOOP; END $$;`,
  'create.sql': 'CREATE TABLE first (id integer PRIMARY KEY);',
  'wrong.sql': 'SELECT 1;\nALTER TABLE projects\n  DORP COLUMN legacy;\n',
  'unknown.sql': 'FROBNICATE TABLE projects;',
  'empty.sql': '',
  'comment.sql': '-- nothing\n/* to do */\n',
  'binary.sql': Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]),
  'broken.sql': Buffer.from([0x53, 0x45, 0xff, 0xfe, 0xfd]),
  'mark.sql': '\uFEFFALTER TABLE projects ADD COLUMN archived_at timestamptz;',
};
for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, name), content);

async function run(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await checkMigrations(words, {
    print: (text) => out.push(text),
    complain: (text) => err.push(text),
    ...{ colours: false, folders: [folder], root: folder },
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const check = (sql: string, previous = 'v1.json', ...more: readonly string[]) =>
  run('--sql', sql, '--schema', 'before.sql', '--previous', previous, ...more);

describe('MIG-54: check-migrations', () => {
  it('judges the same SQL by what the previous release uses', async () => {
    expect(await check('drop.sql', 'v1.json', '--json')).toMatchObject({ code: 1, err: '' });
    expect(await check('drop.sql', 'v2.json', '--json')).toStrictEqual({
      ...{ code: 0, err: '', out: JSON.stringify({ verdict: 'safe', findings: [] }, null, 2) },
    });
  });

  it('counts lines where the statement begins', async () => {
    const { out } = await check('drop.sql', 'v1.json', '--json');
    expect(JSON.parse(out)).toMatchObject({ verdict: 'unsafe', findings: [{ rule: 'remove-column', kind: 'compat', line: 2 }] });
  });

  it('calls what cannot be read unknown, and that is not safe', async () => {
    const { code, out } = await check('dynamic.sql', 'v1.json', '--json');
    expect({ code, verdict: (JSON.parse(out) as { verdict: string }).verdict }).toStrictEqual({ code: 1, verdict: 'unknown' });
  });

  it('takes several files as a chain, and names the file of a finding', async () => {
    const { code, out } = await run(
      ...['--sql', 'add.sql', '--sql', 'drop.sql', '--schema', 'before.sql', '--previous', 'v1.json', '--json'],
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ findings: [{ file: 'drop.sql', line: 2 }] });
  });

  it('needs no manifest where there is no table that somebody could use', async () => {
    expect(await run('--sql', 'create.sql')).toMatchObject({ code: 0, err: '' });
  });

  it.each(['text', 'json', 'sarif', 'github'])('answers as %s', async (format) => {
    const { code, out, err } = await check('drop.sql', 'v1.json', '--format', format);
    expect({ code, err }).toStrictEqual({ code: 1, err: '' });
    expect(out).toContain('remove-column');
  });

  it('reads a file with a byte order mark, and one with CRLF', async () => {
    expect(await check('mark.sql')).toMatchObject({ code: 0 });
    expect(await check('add.sql')).toMatchObject({ code: 0 });
  });

  it('shows its options', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out).toContain('Exit code: 0 safe; 1 unsafe or unknown');
  });
});

describe('MIG-55: input that cannot be read is said and never passed', () => {
  it.each([
    ['wrong.sql', /wrong\.sql:3:3: .*DORP/],
    ['unknown.sql', /unknown\.sql:1:1: .*FROBNICATE/],
    ['empty.sql', /empty\.sql: the migration has no statement/],
    ['comment.sql', /comment\.sql: the migration has no statement/],
    ['binary.sql', /binary\.sql:1: the migration is no text/],
    ['broken.sql', /broken\.sql:1: the migration is not in UTF-8/],
    ['nowhere.sql', /There is no migration at .*nowhere\.sql/],
  ])('a migration: %s', async (sql, message) => {
    const { code, out, err } = await check(sql);
    expect({ code, out }).toStrictEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  it.each([
    ['foreign.json', /foreign\.json: .* does not have: table orders/],
    ['foreign-column.json', /column projects\.price/],
    ['foreign-query.json', /orders/],
    ['no-json.json', /no-json\.json: .* is no JSON/],
    ['no-manifest.json', /no-manifest\.json: [^]*columns\.projects/],
    ['bad-query.json', /bad-query\.json.*SELEC/],
    ['binary.sql', /is no text/],
    ['nowhere.json', /There is no manifest of the previous release at/],
  ])('a manifest: %s', async (previous, message) => {
    const { code, out, err } = await check('add.sql', previous);
    expect({ code, out }).toStrictEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  it('a schema with tables, and no manifest', async () => {
    const { code, err } = await run('--sql', 'add.sql', '--schema', 'before.sql');
    expect(code).toBe(2);
    expect(err).toContain('Give --previous FILE');
  });

  it('a schema with an error', async () => {
    const { code, err } = await run('--sql', 'add.sql', '--schema', 'wrong.sql', '--previous', 'v1.json');
    expect(code).toBe(2);
    expect(err).toMatch(/wrong\.sql:3:3/);
  });

  it('judges a migration of 5 MB', async () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `INSERT INTO log (id, what) VALUES (${i}, '${'x'.repeat(1000)}');`);
    writeFileSync(
      join(folder, 'large.sql'),
      ['CREATE TABLE log (id integer, what text);', ...rows, 'ALTER TABLE projects DROP COLUMN legacy;'].join('\n'),
    );
    const { code, out } = await check('large.sql', 'v1.json', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ findings: [{ line: 5002 }] });
  });
});

describe('MIG-56: a batch', () => {
  const batch = async (...lines: readonly (string | object)[]) => {
    writeFileSync(
      join(folder, 'cases.jsonl'),
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n',
    );
    const { code, out, err } = await run('--batch', 'cases.jsonl');
    return { code, err, answers: out.split('\n').map((line) => JSON.parse(line) as { id: unknown; verdict: string; message?: string }) };
  };
  const files = (sql: string, previous = 'v1.json') => ({ sql, schema: 'before.sql', previous, transaction: 'wrapped' });

  it('answers each line in its order and goes on after what it cannot read', async () => {
    const { code, answers, err } = await batch(
      { id: 'a', ...files('drop.sql') },
      '{"id": "b", ',
      '',
      { id: 3, ...files('drop.sql', 'v2.json') },
      { id: 'd', ...files('wrong.sql') },
      { id: 'e', ...files('add.sql', 'foreign.json') },
      { id: 'f', sql: 'add.sql', transaction: 'perhaps' },
      { id: 'g', ...files('dynamic.sql') },
    );
    expect(answers.map(({ id, verdict }) => [id, verdict])).toStrictEqual([
      ...[
        ['a', 'unsafe'],
        [null, 'error'],
        [3, 'safe'],
        ['d', 'error'],
        ['e', 'error'],
        ['f', 'error'],
        ['g', 'unknown'],
      ],
    ]);
    expect(answers[1]?.message).toContain('cases.jsonl:2: ');
    expect(answers[3]?.message).toContain('wrong.sql:3:3');
    expect({ code, err }).toStrictEqual({ code: 2, err: '' });
  });

  it('ends with 0 only if all are safe', async () => {
    expect(await batch({ id: 'a', ...files('add.sql') }, { id: 'b', ...files('drop.sql', 'v2.json') })).toMatchObject({ code: 0 });
    expect(await batch({ id: 'a', ...files('add.sql') }, { id: 'b', ...files('drop.sql') })).toMatchObject({ code: 1 });
  });

  it('is refused as a whole where it has no case or is not there', async () => {
    writeFileSync(join(folder, 'none.jsonl'), '\n\n');
    expect(await run('--batch', 'none.jsonl')).toMatchObject({ code: 2, out: '' });
    expect(await run('--batch', 'nowhere.jsonl')).toMatchObject({ code: 2, out: '' });
  });
});
