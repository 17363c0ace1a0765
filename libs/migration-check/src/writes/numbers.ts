import type { Catalog, Column, Id, Relation, Sequence } from '../catalog/catalog.ts';
import type { Breakage } from '../previous/breakage.ts';
import { isResolved, unclear, unsafe, type Old, type OldWrites } from './old-writes.ts';
import { sequenceIn } from './sequence-name.ts';

/** Any table that stands may have had as many rows. */
const FAR = 100_000;
/** A sequence that ends there is as good as endless. */
const ENOUGH = 2_147_483_647;
const LATER = 'Start it behind the numbers that are taken: SELECT setval(…, (SELECT max(…) FROM …)), and leave its end as it is.';

/** Sequences that the old release takes numbers from, and that give numbers again or no more. */
export function numberBreakages(before: Catalog, after: Catalog, old: Old, { queries }: OldWrites): readonly Breakage[] {
  const asked = new Set(queries.flatMap(({ after: resolution }) => (isResolved(resolution) ? resolution.sequences : [])));
  const taken = [...after.relations.values()].flatMap((relation) =>
    relation.columns.flatMap((column) => {
      const sequence = leavesOut(relation, column.id, old) ? sequenceOf(column, after) : null;
      const facts = { place: `${relation.name}.${column.name}`, unique: isUnique(relation, column.id, after) };
      return sequence === null ? [] : [{ sequence, ...facts, numbered: isNumbered(relation, column.id, sequence, before, old) }];
    }),
  );
  const direct = [...asked].flatMap((id) => after.sequences.get(id) ?? []);
  return [...taken, ...direct.map((sequence) => ({ sequence, place: sequence.name, unique: false, numbered: false }))].flatMap((one) => {
    const was = before.sequences.get(one.sequence.id);
    return [...anew(was, one), ...(was === undefined ? [] : [...again(was, one), ...noMore(was, one)])];
  });
}

interface Taken {
  readonly sequence: Sequence;
  readonly place: string;
  readonly unique: boolean;
  /** Rows stand there with numbers that are not from this sequence. */
  readonly numbered: boolean;
}

/** Another sequence than before, which knows nothing of the numbers that are taken. */
function anew(was: Sequence | undefined, { sequence, place, unique, numbered }: Taken): readonly Breakage[] {
  if (!unique || !numbered || sequence.fitted === true || (was !== undefined && sequence.moved?.times !== was.moved?.times)) return [];
  const next = sequence.moved === undefined ? (sequence.start ?? 1) : sequence.moved.next;
  if (next === null || (was !== undefined && next >= FAR))
    return [
      unclear('change-default', `Where sequence "${sequence.name}" goes on cannot be seen: numbers for ${place} may be taken.`, LATER),
    ];
  if (next >= FAR) return [];
  const message = `Sequence "${sequence.name}" starts at ${next} for ${place}, where rows have such numbers already: INSERTs fail.`;
  return [unsafe('change-default', message, LATER)];
}

function again(was: Sequence, { sequence, place, unique }: Taken): readonly Breakage[] {
  const { moved, start = 1 } = sequence;
  if (!unique || moved === undefined || sequence.fitted === true || moved.times === was.moved?.times) return [];
  if (moved.next === null)
    return [
      unclear('change-default', `Where sequence "${sequence.name}" goes on cannot be seen: the numbers for ${place} may be taken.`, LATER),
    ];
  if (moved.next > start && moved.next >= FAR) return [];
  return [unsafe('change-default', `Sequence "${sequence.name}" gives numbers again that are taken in ${place}: INSERTs fail.`, LATER)];
}

function noMore(was: Sequence, { sequence, place, unique }: Taken): readonly Breakage[] {
  const [now, then] = [sequence, was].map(({ maximum = null }) => maximum ?? Infinity);
  if (now === undefined || then === undefined || now >= then || now >= ENOUGH || (sequence.cycles === true && !unique)) return [];
  const message = `Sequence "${sequence.name}" ends at ${now} now: when it is there, nothing comes for ${place} any more.`;
  return [unsafe('change-default', message, LATER)];
}

function leavesOut({ id: table }: Relation, column: Id, { writes }: Old): boolean {
  return writes.some(
    ({ write }) =>
      write.command === 'insert' &&
      write.table === table &&
      !write.values.some((one) => one.column === column && one.value.kind !== 'default'),
  );
}

/** The column was there, took its numbers elsewhere, and may hold some. */
function isNumbered(relation: Relation, id: Id, sequence: Sequence, before: Catalog, { writes }: Old): boolean {
  const was = before.relations.get(relation.id)?.columns.find((column) => column.id === id);
  if (was === undefined || sequenceOf(was, before)?.id === sequence.id) return false;
  const isGiven = writes.some(({ write }) => write.table === relation.id && write.values.some(({ column }) => column === id));
  return was.notNull || was.identity !== null || was.default !== null || isGiven;
}

function sequenceOf({ id, identity, default: expression }: Column, { sequences }: Catalog): Sequence | null {
  const all = [...sequences.values()];
  // A sequence of a serial may be left beside it.
  if (identity !== null) return all.findLast(({ ownedBy }) => ownedBy?.column === id) ?? null;
  const name = expression === null ? null : sequenceIn(expression);
  return all.find((one) => one.name === name) ?? null;
}

function isUnique({ id: table }: Relation, column: Id, { indexes }: Catalog): boolean {
  return [...indexes.values()].some(
    (index) =>
      index.table === table &&
      index.unique &&
      index.keys.length === 1 &&
      index.keys.every((key) => 'column' in key && key.column === column),
  );
}
