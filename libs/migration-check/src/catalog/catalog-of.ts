import type { Statement } from '../sql/statement.ts';
import { applyStatement } from './apply-statement.ts';
import type { Catalog } from './catalog.ts';
import { PRIVILEGES } from './work.ts';

const DATA = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CopyStmt', 'TruncateStmt'];

/** A database in which nobody has made anything: the schema `public` is there. */
export function emptyCatalog(): Catalog {
  return {
    schemas: new Set(['public']),
    relations: new Map(),
    indexes: new Map(),
    routines: new Map(),
    types: new Map(),
    sequences: new Map(),
    extensions: new Set(),
    unlogged: new Set(),
    typed: new Map(),
    casts: new Set(),
    searchPath: ['public'],
    checksBodies: true,
    sinceStart: { created: new Set(), filled: new Set(), labels: new Map(), roles: new Set() },
    unread: [],
  };
}

/**
 * The schema that the statements make. Rows that they write are not looked at: every table has some. What fails or cannot be read stands
 * in `unread`.
 */
export function catalogOf(statements: readonly Statement[]): Catalog {
  const catalog = emptyCatalog();
  // It was made once already: what its bodies name was there then.
  catalog.checksBodies = false;
  for (const statement of statements) {
    if (DATA.some((kind) => kind in statement.node)) continue;
    for (const effect of applyStatement(catalog, statement, 'none'))
      if (effect.what === 'failure' || (effect.what === 'unreadable' && effect.message !== PRIVILEGES))
        catalog.unread.push(`line ${String(statement.line)}: ${effect.message}`);
  }
  const { created, filled, labels, roles } = catalog.sinceStart;
  for (const set of [created, filled, labels, roles]) set.clear();
  catalog.searchPath = ['public'];
  catalog.checksBodies = true;
  return catalog;
}
