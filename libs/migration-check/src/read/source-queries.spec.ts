import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sourceQueries, type SourceQueries } from './source-queries.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'source-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function read(files: Record<string, string>, defined = {}): SourceQueries {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return sourceQueries({ entries: [join(root, 'main.ts')], defined, root });
}

describe('sourceQueries', () => {
  it('MIG-67: reads text, templates, constants of other modules, functions of one expression, both sides of a condition', () => {
    const { queries, unread } = read({
      'main.ts': `
        import { LIMIT, only as closed } from './sql.ts';
        const of = (changes: string, guard = ''): string => \`UPDATE t SET \${changes} WHERE id = $1 \${guard}\`;
        await db.query('SELECT 1');
        await db.query(\`SELECT a FROM t LIMIT \${LIMIT}\`, [2]);
        await db.query(of('a = 1'));
        await db.query(of('a = 2', 'AND b'));
        await db.query('SELECT ' + (Math.random() > 1 ? 'x' : 'y'));
        const [which] = some ? ['ORDER BY at', []] : ['WHERE id = $1', [id]];
        await db.query(\`SELECT c FROM t \${which}\`);
        await db.query(closed);`,
      'sql.ts': `export { LIMIT } from './limit.ts'; const DAY = 24 * 3600; export const only = \`SELECT \${DAY}\`;`,
      'limit.ts': `export const LIMIT = 1_000;`,
    });
    expect(queries).toEqual([
      ...['SELECT 1', 'SELECT a FROM t LIMIT 1000', 'UPDATE t SET a = 1 WHERE id = $1 ', 'UPDATE t SET a = 2 WHERE id = $1 AND b'],
      ...['SELECT x', 'SELECT y', 'SELECT c FROM t ORDER BY at', 'SELECT c FROM t WHERE id = $1', 'SELECT 86400'],
    ]);
    expect(unread).toEqual([]);
  });

  it('MIG-67: a parameter is what the calls in its module give; one that others may call is unread', () => {
    const { queries, unread } = read({
      'main.ts': `
        class Store {
          close() { return this.#end('1'); }
          abort() { return this.#end("'left'"); }
          #end(outcome: string) { return db.query(\`UPDATE t SET o = \${outcome}\`); }
          open(table: string) { return db.query(\`SELECT FROM \${table}\`); }
        }
        for (const name of names) await db.query(\`DROP TABLE \${name}\`);
        const count = (table: string) => db.query(\`SELECT count(*) FROM \${table}\`);
        count('t');
        tables.map(count);`,
    });
    expect(queries).toEqual(['UPDATE t SET o = 1', `UPDATE t SET o = 'left'`]);
    expect(unread).toEqual([
      'main.ts:6: db.query(`SELECT FROM ${table}`)',
      'main.ts:8: db.query(`DROP TABLE ${name}`)',
      'main.ts:9: db.query(`SELECT count(*) FROM ${table}`)',
    ]);
  });

  it('MIG-67: follows what the entries import, through barrels only to what is asked for, and leaves out branches that the build leaves out', () => {
    const files = {
      'main.ts': `
        import { used } from './lib/index.ts';
        import type { Unused } from './types.ts';
        import { NEW } from './lib/release.ts';
        if (NEW) db.query('SELECT new'); else db.query('SELECT old');
        const rows = NEW ? db.query('SELECT newer') : db.query('SELECT older');`,
      'types.ts': `db.query('SELECT types');`,
      'lib/index.ts': `export { used } from './used.ts'; export { other } from './other.ts';`,
      'lib/used.ts': `export const used = () => db.query('SELECT used');`,
      'lib/other.ts': `export const other = () => db.query('SELECT other');`,
      'lib/release.ts': `export const NEW: boolean = process.env.RELEASE !== '1';`,
    };
    expect(read(files, { RELEASE: '1' }).queries).toEqual(['SELECT old', 'SELECT older', 'SELECT used']);
    expect(read(files, { RELEASE: '2' }).queries).toEqual(['SELECT new', 'SELECT newer', 'SELECT used']);
    expect(read(files).queries).toEqual(['SELECT new', 'SELECT old', 'SELECT newer', 'SELECT older', 'SELECT used']);
  });

  it('MIG-67: sees which entities are deleted and upserted, and only those', () => {
    const { repositories, unread } = read({
      'main.ts': `
        import { Member } from './member.ts';
        const seen = new Map();
        seen.delete(1);
        await db.of(Member).delete({ id });
        async function set() {
          const members = source.getRepository(Member);
          await members.upsert(row, ['projectId', 'userId']);
          await members.upsert(row, keys);
        }`,
      'member.ts': `export const Member = table<Row>('project_member', {});`,
    });
    expect(repositories).toEqual([
      { table: 'project_member', method: 'delete', conflict: [] },
      { table: 'project_member', method: 'upsert', conflict: ['projectId', 'userId'] },
    ]);
    expect(unread).toEqual(['main.ts:9: members.upsert(row, keys)']);
  });
});
