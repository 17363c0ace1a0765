import type { Catalog, Id } from '../catalog/catalog.ts';
import type { Resolution, Unresolved } from '../resolve/resolution.ts';
import type { RuleName } from '../verdict.ts';
import type { Breakage } from './breakage.ts';

interface Change {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly was: Resolution;
}

const KEEP = 'Expand and contract: keep what the previous release uses until no slot runs it, and drop or rename it in a later release.';
const BY_CODE: Partial<Record<string, readonly [RuleName, string]>> = {
  '42P01': ['remove-column', KEEP],
  '42703': ['remove-column', KEEP],
  '42702': ['add-column', 'Give the new column a name that no table has with which the previous release joins this one.'],
  '42601': ['add-column', 'Name the columns in the previous release before a column is added; until then add it to a table of its own.'],
  '42883': ['change-column-type', 'Add a column of the new type beside the old one and write both.'],
  '42804': ['change-column-type', 'Add a column of the new type beside the old one and write both.'],
  '42846': ['change-column-type', 'Add a column of the new type beside the old one and write both.'],
  '42P08': ['change-column-type', 'Change both columns that share a parameter, or add a column of the new type beside the old one.'],
  '42725': ['change-column-type', 'Add a column of the new type beside the old one and write both.'],
  '22P02': ['change-type', 'Add the new label or type, and keep the old one until no slot runs the previous release.'],
  '22003': ['change-column-type', 'Add a column of the new type beside the old one and write both.'],
  '22007': ['change-column-type', 'Add a column of the new type beside the old one and write both.'],
  '42704': ['change-type', KEEP],
  '42P10': ['add-index', 'Keep a unique index on the columns that ON CONFLICT names until no slot runs the previous release.'],
  '42803': ['add-constraint', 'Keep the primary key by which the previous release groups.'],
  '428C9': ['add-column', 'Keep an ordinary column until no slot runs the previous release, and generate it after that.'],
  '55000': ['change-view', 'Make the view show one table without joins or aggregates, or give it INSTEAD OF triggers.'],
  '42809': ['change-view', 'Keep a table or an updatable view where the previous release writes.'],
  '0A000': ['change-view', 'Show the column in the view as it is in the table.'],
};

/** A query that PostgreSQL refuses after the migration, or that is beyond what is understood. */
export function failure(what: string, { error, code, unknown }: Unresolved, change: Change): Breakage {
  if (unknown)
    return { rule: 'unreadable', verdict: 'unknown', message: `What ${what} means afterwards is not understood: ${error}.`, rewrite: KEEP };
  const [rule, rewrite] = BY_CODE[code] ?? ['remove-column', KEEP];
  const renamed = code === '42703' || code === '42P01' ? renamedIn(change) : null;
  if (renamed !== null) {
    const safe =
      'Add the new name beside the old one (a column that is written twice, or a view), and drop the old one in a later release.';
    return {
      rule: 'rename-column',
      verdict: 'unsafe',
      message: `${what} of the previous release fails: ${error}; ${renamed}.`,
      rewrite: safe,
    };
  }
  return { rule, verdict: 'unsafe', message: `${what} of the previous release fails: ${error}.`, rewrite };
}

/** The manifest does not fit the schema, so that nothing is known about what it uses. */
export function notOfThisSchema(what: string, { error, unknown }: Unresolved): Breakage {
  const why = unknown ? `is not understood: ${error}` : `does not fit the schema before the migration: ${error}`;
  const rewrite = unknown
    ? 'Write the query in a simpler form.'
    : 'Use the manifest of the release that runs on this schema, or the schema on which that release runs.';
  return { rule: 'unreadable', verdict: 'unknown', message: `The manifest's ${what} ${why}.`, rewrite };
}

/** A column or table of the query that is still there under another name; null: there is none. */
function renamedIn({ before, after, was }: Change): string | null {
  const columns = new Map<Id, string>();
  for (const relation of after.relations.values()) for (const { id, name } of relation.columns) columns.set(id, name);
  for (const { relation } of was.relations) {
    const [old, now] = [before.relations.get(relation), after.relations.get(relation)];
    if (old !== undefined && now !== undefined && old.name !== now.name) return `"${old.name}" is called "${now.name}" now`;
  }
  const written = was.writes.flatMap(({ values }) => values.map(({ column }) => column));
  const used = new Set([...was.reads.map(({ column }) => column), ...written]);
  for (const relation of before.relations.values()) {
    for (const { id, name } of relation.columns) {
      const now = columns.get(id);
      if (used.has(id) && now !== undefined && now !== name) return `"${name}" is called "${now}" now`;
    }
  }
  return null;
}
