import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import type { NamedResolution } from '../resolve/resolve.ts';
import type { Asked, Pair } from './asked.ts';
import type { Breakage } from './breakage.ts';
import { childChanges } from './child-change.ts';
import { generatedChanges, standIns } from './generated-change.ts';
import { nullChanges } from './null-change.ts';
import { routineChange } from './routine-change.ts';
import { typeChanges } from './type-change.ts';
import { viewChange } from './view-change.ts';

const KEEP = 'Keep the old one as it is beside the new one, write both, and drop the old one in a later release.';

/** What a query that still runs gets or does otherwise. */
export function comparedBreakages(asked: Asked, pair: Pair): readonly Breakage[] {
  const other = otherMeaning(asked, pair);
  if (other !== null) return [other];
  return [
    ...starChanges(asked, pair),
    ...typeChanges(asked, pair),
    ...nullChanges(asked, pair),
    ...generatedChanges(asked, pair),
    ...childChanges(asked, pair),
    ...callChanges(asked, pair),
  ];
}

/** Names, tables or written columns that are others now. The first one says it all. */
function otherMeaning({ what }: Asked, { before, after, was, is }: Pair): Breakage | null {
  const broken = (why: string, rule: Breakage['rule'] = 'remove-column'): Breakage => ({
    rule,
    verdict: 'unsafe',
    message: `${what} of the previous release runs, but ${why}.`,
    rewrite: KEEP,
  });
  const [mine, theirs] = [tableColumns(before), tableColumns(after)];
  const standIn = standIns(after);
  const view = viewChange(before, after, was, is);
  if (view !== null) return broken(view, 'change-view');
  if (was.names.length !== is.names.length) return broken('its names mean other columns than before', 'add-column');
  for (const [i, name] of was.names.entries()) {
    const now = is.names[i];
    const same =
      now !== undefined && String(only(name.sources, mine)) === String(only(now.sources, theirs).map((id) => standIn.get(id) ?? id));
    const direct = name.column === null || name.column === now?.column || (now?.column != null && standIn.get(now.column) === name.column);
    if (!same || !direct) return broken(`${nameOf(before, name.column)} is another column now, with other values`);
  }
  const tables = (catalog: Catalog, { relations }: NamedResolution): readonly string[] =>
    relations
      .filter(({ relation }) => !isView(catalog.relations.get(relation)))
      .map(({ relation, access }) => `${String(relation)} ${access}`);
  const now = new Set(tables(after, is));
  const gone = tables(before, was).filter((table) => !now.has(table));
  if (gone.length > 0) return broken('it reads or writes another table than before');
  if (sameWrites(was, is)) return null;
  const isGone = was.writes.some(({ values }) => values.some(({ column }) => mine.has(column) && !theirs.has(column)));
  return isGone
    ? broken('it writes into a new column, and the values of the old one are lost')
    : broken('it writes other columns than before', 'add-column');
}

function sameWrites(was: NamedResolution, is: NamedResolution): boolean {
  const shape = ({ writes }: NamedResolution): string =>
    JSON.stringify(
      writes.map(({ command, table, values, conflict }) => [
        ...[command, table, values.map(({ column }) => column), conflict?.sets.map(({ column }) => column) ?? null],
      ]),
    );
  return shape(was) === shape(is);
}

/** Columns of `*` that are not there any more or have another name: nobody can say that the previous release does not use them. */
function starChanges({ what }: Asked, { after, was, is }: Pair): readonly Breakage[] {
  const standIn = standIns(after);
  const outputs = is.output.filter(({ star }) => star);
  return was.output.flatMap(({ star, name, column }): readonly Breakage[] => {
    if (!star) return [];
    const same = outputs.some(
      (one) => one.name === name && (one.column === column || (one.column !== null && standIn.get(one.column) === column)),
    );
    if (same) return [];
    const found = outputs.find((one) => one.column === column && column !== null);
    const why = found === undefined ? `"${name}" is not among its columns any more` : `"${name}" is called "${found.name}" now`;
    const message = `${what} of the previous release runs, but ${why}.`;
    return [{ rule: found === undefined ? 'remove-column' : 'rename-column', verdict: 'unsafe', message, rewrite: KEEP }];
  });
}

function callChanges({ what }: Asked, { before, after, was, is }: Pair): readonly Breakage[] {
  const routines = was.routines.flatMap((id): readonly Breakage[] => {
    const change = routineChange(before, after, id, is.routines);
    if (change === null) return [];
    const message = `${what} of the previous release calls it: ${change.why}.`;
    const rewrite = 'Make a second routine under another name, and leave the old one.';
    return [{ rule: 'change-routine', verdict: change.verdict, message, rewrite }];
  });
  const kept = new Set(is.sequences);
  const sequences = was.sequences
    .filter((id) => !kept.has(id))
    .map((): Breakage => {
      const message = `${what} of the previous release takes its numbers from another sequence than before.`;
      return {
        rule: 'change-data',
        verdict: 'unsafe',
        message,
        rewrite: 'Keep the sequence, or let the new one start after its last number.',
      };
    });
  return [...routines, ...sequences];
}

function isView(relation: Relation | undefined): boolean {
  return relation?.kind === 'view';
}

/** Ids of columns of tables; those of views are only the way to them. */
function tableColumns({ relations }: Catalog): ReadonlySet<Id> {
  return new Set([...relations.values()].filter((relation) => !isView(relation)).flatMap(({ columns }) => columns.map(({ id }) => id)));
}

function only(ids: readonly Id[], among: ReadonlySet<Id>): readonly Id[] {
  return ids.filter((id) => among.has(id));
}

function nameOf({ relations }: Catalog, column: Id | null): string {
  for (const relation of relations.values()) {
    const found = relation.columns.find(({ id }) => id === column);
    if (found !== undefined) return `"${relation.name}"."${found.name}"`;
  }
  return 'a name in it';
}
