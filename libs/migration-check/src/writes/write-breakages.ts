import type { Catalog, Column, Id, Relation } from '../catalog/catalog.ts';
import { FALSE, keyOf, nothing, TRUE, type Abstract } from '../evaluate/abstract.ts';
import type { Breakage } from '../previous/breakage.ts';
import type { Write } from '../resolve/resolution.ts';
import { checkOptionBreakages } from './check-option.ts';
import { checkRefusals, fails, valueRefusals, type Place, type Refusal } from './constraints.ts';
import { defaultCallBreakages } from './default-calls.ts';
import { indexValueBreakages } from './index-values.ts';
import { lostDefaults } from './lost-defaults.ts';
import { Old, unclear, unsafe, type OldWrite, type OldWrites } from './old-writes.ts';
import { allPartitionsOf, hasPartition, mayReach, partitionsOf, withinBound } from './partitions.ts';
import { routed } from './routed.ts';
import { referenceBreakages } from './references.ts';
import { domainsOf, type Domains, type Row, type Rows } from './row.ts';
import { movedColumns, simulate, type Simulation } from './simulation.ts';
import { surroundingBreakages } from './surroundings.ts';
import { triggerBreakages } from './triggers.ts';
import { uniquenessBreakages } from './uniqueness.ts';
import { takesAll } from './widening.ts';

/** Which of the old release's writes fail, lose rows or write something else on `after`, and did not on `before`. */
export function writeBreakages(before: Catalog, after: Catalog, writes: OldWrites): readonly Breakage[] {
  const old = new Old(before, after, writes);
  const found = old.writes.flatMap((one) => breakagesOf(one, { before, after, old }));
  const all = [...found, ...surroundingBreakages(before, after, old, writes)];
  return [...new Map(all.map((breakage) => [breakage.message, breakage])).values()];
}

interface Moment {
  readonly before: Catalog;
  readonly after: Catalog;
  readonly old: Old;
}

function breakagesOf(one: OldWrite, moment: Moment): readonly Breakage[] {
  const { before, after, old } = moment;
  const relation = after.relations.get(one.write.table);
  if (relation === undefined) return [];
  const earlier = before.relations.get(one.earlier?.table ?? one.write.table);
  if (relation.kind === 'view' || relation.kind === 'materialized view') return throughView(one, relation, earlier);
  const domains = domainsOf(earlier, before);
  const was = one.earlier === null ? [] : simulate(one.earlier, before, domains);
  const now = simulate(one.write, after, domains).map((simulation, i) => ({
    ...simulation,
    moved: movedColumns(one.write, simulation, was[i], before, after),
  }));
  return [
    ...triggerBreakages(one, { now, was }, { before, after }, old),
    ...fixedColumns(one, relation, earlier),
    ...defaultCallBreakages(one, before, after),
    ...narrowedTypes(one, now, moment),
    ...now.flatMap((simulation, i) => [
      ...refusals(one, simulation, was[i], domains, moment),
      ...checkOptionBreakages(one, simulation, before, after),
      ...lostDefaults(one, simulation, was[i], moment),
      ...uniquenessBreakages(one, simulation, before, after),
      ...indexValueBreakages(one, simulation, before, after),
      ...inPartitions(one, simulation, was[i], moment),
      ...referenceBreakages(one, simulation, moment),
      ...partitionBreakages(one, simulation, was[i], moment),
    ]),
  ];
}

/** What partitions that were there have of their own. */
function inPartitions(one: OldWrite, simulation: Simulation, was: Simulation | undefined, moment: Moment): readonly Breakage[] {
  const { before, after, old } = moment;
  const earlier = was === undefined || one.earlier === null ? [] : routed(was, one.earlier.command, before);
  return routed(simulation, one.write.command, after).flatMap((part) => {
    if (!before.relations.has(part.relation.id)) return [];
    const same = earlier.filter(({ relation }) => relation.id === part.relation.id);
    return [
      ...uniquenessBreakages(one, part, before, after),
      ...indexValueBreakages(one, part, before, after),
      ...referenceBreakages(one, part, moment),
      ...triggerBreakages(one, { now: [part], was: same }, { before, after }, old),
    ];
  });
}

function throughView({ label }: OldWrite, view: Relation, earlier: Relation | undefined): readonly Breakage[] {
  const same =
    earlier?.id === view.id &&
    JSON.stringify(earlier.triggers) === JSON.stringify(view.triggers) &&
    JSON.stringify(earlier.rules) === JSON.stringify(view.rules);
  if (same) return [];
  return [
    unclear(
      'change-view',
      `"${label}" writes through the view ${view.name}: what its triggers or rules do cannot be followed.`,
      'Keep the table until the previous release is gone.',
    ),
  ];
}

/** What one of the rows is refused for; a CHECK that an UPDATE does not touch was upheld by the row before. */
function refusals(
  one: OldWrite,
  simulation: Simulation,
  was: Simulation | undefined,
  domains: Domains,
  moment: Moment,
): readonly Breakage[] {
  const { before, after } = moment;
  const { relation, rows } = simulation;
  const known = new Set(
    was === undefined
      ? []
      : was.rows.flatMap(({ new: row }) => (row === null ? [] : valueRefusals(row, was.relation, before))).map(({ key }) => key),
  );
  const earlier = before.relations.get(relation.id);
  const main: Place = {
    relation,
    named: relation,
    catalog: after,
    upheld: earlier === undefined ? [] : [earlier],
    namedBefore: earlier,
    before,
    moved: simulation.moved,
  };
  const places = [main, ...childPlaces(main)];
  const found: Refusal[] = [];
  for (const { new: given, old } of rows) {
    if (given === null) continue;
    const row = old === null ? given : withUnfilled(given, old, relation, moment.old);
    for (const place of places) {
      if (place !== main && !mayReach(row, place.relation, relation, after)) continue;
      found.push(...valueRefusals(row, place.relation, after));
      const counts = (names: readonly string[]) =>
        old === null || names.some((name) => keyOf(row.get(name) ?? nothing) !== keyOf(old.get(name) ?? nothing));
      found.push(
        ...checkRefusals(row, place, ({ columns }) =>
          counts(place.relation.columns.filter(({ id }) => columns.includes(id)).map(({ name }) => name)),
        ),
      );
      found.push(...standing(one, row, old, place, domains, moment));
    }
  }
  const fresh = [...new Map(found.map((refusal) => [refusal.key, refusal])).values()].filter(
    ({ key, column }) => !known.has(key) && !(key.startsWith('type') && isUnasked(relation, column, moment.old)),
  );
  return fresh.map((refusal) => ofRefusal(one, refusal, relation, earlier));
}

/** Nothing computes a virtual column before it is read or a constraint asks for it. */
function isUnasked({ columns, constraints }: Relation, id: Id | null, { shown }: Old): boolean {
  if (id === null || shown.has(id) || columns.find((column) => column.id === id)?.generated?.kind !== 'virtual') return false;
  return !constraints.some((constraint) => constraint.columns.includes(id));
}

/** Partitions check their rows too. */
function childPlaces(main: Place): readonly Place[] {
  return allPartitionsOf(main.relation, main.catalog).map((child) => {
    const earlier = main.before.relations.get(child.id);
    return { ...main, relation: child, upheld: earlier === undefined ? main.upheld : [...main.upheld, earlier] };
  });
}

/** Rows that were there before the column are null in it until something fills them. */
function withUnfilled(row: Row, old: Row, { columns }: Relation, { unfilled }: Old): Row {
  const some = columns.filter(({ id, name }) => unfilled.has(id) && keyOf(row.get(name) ?? nothing) === keyOf(old.get(name) ?? nothing));
  return some.length === 0 ? row : new Map([...row, ...some.map(({ name }): [string, typeof nothing] => [name, nothing])]);
}

/** A NOT VALID constraint meets rows from before with every UPDATE, also of other columns. */
function standing(
  one: OldWrite,
  row: Row,
  old: Rows['old'],
  { relation, catalog }: Place,
  domains: Domains,
  moment: Moment,
): readonly Refusal[] {
  const { old: writes } = moment;
  if (old === null) return [];
  const inserts = writes.writes.filter(({ write, earlier }) => write.command === 'insert' && (earlier ?? write).table === one.write.table);
  const left = inserts.flatMap(({ earlier }) => (earlier === null ? [] : leftBehind(earlier, relation, moment)));
  const kept = (name: string, value: Abstract, stood: Abstract | undefined) =>
    stood !== undefined && keyOf(value) === keyOf(old.get(name) ?? nothing) ? stood : value;
  const before = new Map(
    [...row].map(([name, value]): [string, typeof value] => {
      const column = relation.columns.find((each) => each.name === name);
      return [name, kept(name, value, column === undefined ? undefined : domains.get(column.id))];
    }),
  );
  const rows =
    inserts.length === 0
      ? [before]
      : left.map((stood) => new Map([...row].map(([name, value]) => [name, kept(name, value, stood.get(name))] as const)));
  return relation.constraints.flatMap((constraint) => {
    if (constraint.kind !== 'check' || constraint.validated || !constraint.enforced || constraint.expression === null) return [];
    const { expression } = constraint;
    if (inserts.length > 0 && constraint.columns.some((id) => writes.filled.has(id))) return [];
    if (!constraint.columns.every((id) => domains.has(id)) || !rows.some((each) => fails(expression, each, catalog))) return [];
    const message = `new row for relation "${relation.name}" violates check constraint "${constraint.name}", which rows from before need not pass`;
    return [{ key: `check ${constraint.id}`, code: '23514', message, column: constraint.columns[0] ?? null, constraint }];
  });
}

/** Rows that an INSERT made on the schema before, by the names that the columns have now; columns that are new are left out. */
function leftBehind(write: Write, { columns }: Relation, { before }: Moment): readonly Row[] {
  const earlier = before.relations.get(write.table);
  const [main] = simulate(write, before, domainsOf(earlier, before));
  return (main?.rows ?? []).flatMap(({ new: row }) =>
    row === null
      ? []
      : new Map(
          columns.flatMap(({ id, name }): [string, Abstract][] => {
            const value = row.get(earlier?.columns.find((column) => column.id === id)?.name ?? '');
            return value === undefined ? [] : [[name, value]];
          }),
        ),
  );
}

function ofRefusal(
  { label }: OldWrite,
  { key, message, constraint, column: id, code }: Refusal,
  relation: Relation,
  earlier: Relation | undefined,
): Breakage {
  const text = `"${label}" ${constraint === null ? 'fails' : 'may fail'}: ${message} (SQLSTATE ${code}).`;
  const column = relation.columns.find((one) => one.id === id);
  const name = column?.name ?? 'a';
  if (key.startsWith('null')) {
    const rewrite = `ALTER TABLE ${relation.name} ALTER COLUMN ${name} SET DEFAULT …; -- keep it, or leave the column nullable, until the previous release is gone`;
    return unsafe(earlier?.columns.some((one) => one.id === id) === true ? 'add-not-null' : 'add-column', text, rewrite);
  }
  if (key.startsWith('type'))
    return unsafe('change-column-type', text, `Keep the type of ${relation.name}.${name} until the previous release is gone.`);
  return unsafe(
    'add-constraint',
    text,
    'Add the constraint when the previous release is gone, or widen it so that what that release writes passes.',
  );
}

/** GENERATED columns take no value. */
function fixedColumns({ label, text, write }: OldWrite, relation: Relation, earlier: Relation | undefined): readonly Breakage[] {
  if (/\boverriding\s+(system|user)\s+value\b/i.test(text)) return [];
  const fixed = (column: Column | undefined) => column !== undefined && (column.identity === 'always' || column.generated !== null);
  return [...write.values, ...(write.conflict?.sets ?? [])].flatMap(({ column: id, value }) => {
    const column = relation.columns.find((one) => one.id === id);
    if (column === undefined || value.kind === 'default' || !fixed(column) || fixed(earlier?.columns.find((one) => one.id === id)))
      return [];
    const message = `"${label}" fails: cannot insert a non-DEFAULT value into column "${column.name}" (SQLSTATE 428C9).`;
    return [
      unsafe('change-default', message, `ALTER TABLE ${relation.name} ALTER COLUMN ${column.name} ADD GENERATED BY DEFAULT AS IDENTITY;`),
    ];
  });
}

/** Values that nobody knows, into a type that does not take all that the one before took. */
function narrowedTypes({ label, write }: OldWrite, now: readonly Simulation[], { before, after }: Moment): readonly Breakage[] {
  return now.flatMap(({ relation, given, set }) =>
    relation.columns.flatMap((column) => {
      const earlier = before.relations.get(relation.id)?.columns.find(({ id }) => id === column.id);
      const value = given.new?.get(column.name);
      const writes = given.old === null ? value !== undefined : set.has(column.id);
      if (earlier === undefined || !writes || value?.kind !== 'open' || takesAll(earlier.type, column.type, before, after)) return [];
      const kind = [...write.values, ...(write.conflict?.sets ?? [])].find(({ column: id }) => id === column.id)?.value.kind;
      if (kind === 'literal') return [];
      const message = `"${label}" may fail: what it writes into ${relation.name}.${column.name} need not fit its new type ${column.type.name}.`;
      return [
        unsafe(
          'change-column-type',
          message,
          'Add a column of the new type, write both, and drop the old one when the previous release is gone.',
        ),
      ];
    }),
  );
}

const CONTRACT = 'Detach or drop the partition in a contract migration, or keep a DEFAULT partition.';

function partitionBreakages(
  one: OldWrite,
  { relation, rows, given }: Simulation,
  was: Simulation | undefined,
  { before, after }: Moment,
): readonly Breakage[] {
  const found: Breakage[] = [];
  const write: Write = one.write;
  const parts = (of: Relation, catalog: Catalog) => new Set(partitionsOf(of, catalog).map(({ id }) => id));
  const earlier = before.relations.get(relation.id);
  if (relation.kind === 'partitioned' && earlier?.kind === 'partitioned') {
    const kept = parts(relation, after);
    const lost = [...parts(earlier, before)].filter((id) => !kept.has(id)).map((id) => before.relations.get(id)?.name ?? '');
    if (lost.length > 0)
      found.push(unsafe('change-data', `Rows of ${relation.name} in ${lost.join(', ')} are gone for the previous release.`, CONTRACT));
    const refused = write.command !== 'delete' && rows.some(({ new: row }) => row !== null && hasPartition(row, relation, after) === FALSE);
    const refusedBefore = was?.rows.some(({ new: row }) => row !== null && hasPartition(row, was.relation, before) === FALSE) === true;
    if (refused && !refusedBefore)
      found.push(
        unsafe(
          'change-data',
          `"${one.label}" fails: no partition of relation "${relation.name}" found for row (SQLSTATE 23514).`,
          CONTRACT,
        ),
      );
  }
  const parent = relation.partition === null ? undefined : after.relations.get(relation.partition.parent);
  if (parent !== undefined && earlier?.partition?.parent !== parent.id && given.new !== null) {
    const fits = rows.every(({ new: row }) => row === null || withinBound(row, relation, parent, after) === TRUE);
    const message = `"${one.label}" may fail: new row for relation "${relation.name}" violates partition constraint (SQLSTATE 23514).`;
    if (!fits) found.push(unsafe('add-constraint', message, 'Attach the partition when the previous release is gone.'));
  }
  return found;
}
