import type { Catalog, Column, Id, Relation } from '../catalog/catalog.ts';
import type { Breakage } from '../previous/breakage.ts';
import type { Resolution, Unresolved, Write } from '../resolve/resolution.ts';
import type { RuleName } from '../verdict.ts';

/** What the old release writes. */
export interface OldWrites {
  /** In the order in which it runs them. */
  readonly queries: readonly { readonly text: string; readonly before: Resolution | Unresolved; readonly after: Resolution | Unresolved }[];
  readonly mapped: readonly { readonly table: Id; readonly columns: readonly Id[] }[];
  /** Columns made by the migration whose existing rows are still null: added without a default and not filled since. */
  readonly unfilled?: readonly Id[];
  /** Columns into which the migration wrote in rows that were there. */
  readonly filled?: readonly Id[];
  /** INSERTs of the schema and of the migration so far: rows that stand already. */
  readonly standing?: readonly Write[];
}

/** One write on the catalog after, and what it was before. */
export interface OldWrite {
  /** For messages, at most 80 characters. */
  readonly label: string;
  readonly text: string;
  readonly write: Write;
  /** null: the query wrote nothing at this place. */
  readonly earlier: Write | null;
  readonly resolution: Resolution | null;
  /** Its place among the queries; an entity's writes come last. */
  readonly order: number;
}

/** The old release's writes and what it reads, by ids. */
export class Old {
  readonly writes: readonly OldWrite[];
  readonly reads: ReadonlySet<Id>;
  /** Tables of which it reads rows. */
  readonly tables: ReadonlySet<Id>;
  /** Columns that its queries read now. */
  readonly shown: ReadonlySet<Id>;
  readonly unfilled: ReadonlySet<Id>;
  readonly filled: ReadonlySet<Id>;
  readonly standing: readonly Write[];

  constructor(before: Catalog, after: Catalog, { queries, mapped, unfilled = [], filled = [], standing = [] }: OldWrites) {
    const resolved = queries.flatMap((query, order) =>
      isResolved(query.before) && isResolved(query.after) ? [{ text: query.text, before: query.before, after: query.after, order }] : [],
    );
    const listed = resolved.flatMap(({ text, before: earlier, after: resolution, order }) =>
      resolution.writes.map((write, i) => ({
        ...{ label: excerpt(text), text, write, resolution, order },
        earlier: earlier.writes[i]?.command === write.command ? (earlier.writes[i] ?? null) : null,
      })),
    );
    const inserted = new Set(resolved.flatMap((query) => query.before.writes.filter(isInsert).map(({ table }) => table)));
    const entities = mapped.filter(({ table }) => !inserted.has(table));
    this.writes = [...listed, ...entities.flatMap(({ table, columns }) => ofEntity(table, columns, before, after, queries.length))];
    this.reads = new Set([
      ...mapped.flatMap(({ columns }) => columns),
      ...resolved.flatMap((query) => query.before.reads.map(({ column }) => column)),
      ...resolved.flatMap((query) => query.before.output.flatMap(({ column }) => column ?? [])),
    ]);
    this.tables = new Set([
      ...mapped.map(({ table }) => table),
      ...resolved.flatMap((query) => query.before.relations.filter(({ access }) => access !== 'insert').map(({ relation }) => relation)),
    ]);
    this.shown = new Set(
      resolved.flatMap(({ after: now }) => [...now.reads.map(({ column }) => column), ...now.output.flatMap(({ column }) => column ?? [])]),
    );
    this.unfilled = new Set(unfilled);
    this.filled = new Set(filled);
    this.standing = standing;
  }
}

export function isResolved(one: Resolution | Unresolved): one is Resolution {
  return !('error' in one);
}

const isInsert = ({ command }: Write): boolean => command === 'insert';

const EXCERPT = 80;

function excerpt(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > EXCERPT ? `${line.slice(0, EXCERPT - 1)}…` : line;
}

/** An entity whose INSERTs are not listed may write any mapped column, and leave out what it does not map or has a default. */
function ofEntity(table: Id, columns: readonly Id[], before: Catalog, after: Catalog, order: number): readonly OldWrite[] {
  const [old, now] = [before.relations.get(table), after.relations.get(table)];
  if (old === undefined || now === undefined || (now.kind !== 'table' && now.kind !== 'partitioned')) return [];
  const label = `the entity of ${now.name}`;
  const there = columns.filter((id) => now.columns.some((column) => column.id === id && column.generated === null));
  const written = (command: 'insert' | 'update', some: readonly Id[]): OldWrite => {
    const write: Write = { command, table, conflict: null, values: some.map((column) => ({ column, value: { kind: 'parameter' } })) };
    return { label, text: label, write, earlier: write, resolution: null, order };
  };
  const [given, left] = [there.filter((id) => !byItself(old, id)), there.filter((id) => !hasDefault(old, id))];
  if (isRefused(old, there)) return [written('update', given)];
  return [written('insert', given), ...(left.length === given.length ? [] : [written('insert', left)]), written('update', given)];
}

/** Without a value for a column that has to have one no entity can insert; a trigger may give it one. */
function isRefused({ columns, triggers, partition }: Relation, mapped: readonly Id[]): boolean {
  if (partition !== null || triggers.some(({ enabled, timing, events }) => enabled && timing === 'before' && events.includes('insert')))
    return false;
  return columns.some(
    (column) =>
      column.notNull && column.generated === null && column.type.schema === 'pg_catalog' && !mapped.includes(column.id) && isBare(column),
  );
}

const isBare = ({ identity, default: expression }: Column): boolean => identity === null && expression === null;

/** Its value comes from an identity or a sequence, which an entity leaves to it. */
function byItself({ columns }: Relation, id: Id): boolean {
  const column = columns.find((one) => one.id === id);
  return column !== undefined && (column.identity !== null || JSON.stringify(column.default ?? null).includes('nextval'));
}

function hasDefault({ columns }: Relation, id: Id): boolean {
  const column = columns.find((one) => one.id === id);
  return column !== undefined && (column.identity !== null || column.default !== null);
}

export const unsafe = (rule: RuleName, message: string, rewrite: string): Breakage => ({ rule, verdict: 'unsafe', message, rewrite });

export const unclear = (rule: RuleName, message: string, rewrite: string): Breakage => ({ rule, verdict: 'unknown', message, rewrite });
