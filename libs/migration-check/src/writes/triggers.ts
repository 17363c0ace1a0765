import type { Catalog, Relation } from '../catalog/catalog.ts';
import type { Breakage } from '../previous/breakage.ts';
import { unclear, unsafe, type Old, type OldWrite } from './old-writes.ts';
import { lostName } from './lost-name.ts';
import { expressionsOf, mentioned } from './program.ts';
import { newFailure, sideEffect, type SideEffect } from './side-effect.ts';
import { uniqueValues, type Simulation } from './simulation.ts';
import { isSame, routineOf, type TriggerRun } from './trigger-run.ts';

const REWRITE =
  'Let the trigger fill only columns that the previous release does not read, return NEW, and raise nothing; add what it refuses after that release is gone.';

const FUNCTION = 'Replace the function first, so that it works on both schemas.';

/** What triggers that the migration made, changed or enabled do to a write; and those that it took away. */
export function triggerBreakages(
  { label, write }: OldWrite,
  { now, was }: { readonly now: readonly Simulation[]; readonly was: readonly Simulation[] },
  { before, after }: { readonly before: Catalog; readonly after: Catalog },
  old: Old,
): readonly Breakage[] {
  const found: Breakage[] = [];
  for (const simulation of now) {
    const earlier = before.relations.get(simulation.relation.id);
    for (const run of simulation.runs) {
      if (earlier !== undefined && isSame(run.trigger, earlier, before, after)) {
        const failures = was.length === 0 ? [] : newFailures(run, simulation, was, { catalog: after, before, old });
        for (const { verdict, what } of failures) {
          const message = `Trigger "${run.trigger.name}" on ${simulation.relation.name} does not go on for "${label}": ${what}.`;
          found.push((verdict === 'unsafe' ? unsafe : unclear)('change-routine', message, FUNCTION));
        }
        continue;
      }
      const effects = judge(run, simulation, { catalog: after, before, old, explicit: new Set(write.values.map(({ column }) => column)) });
      for (const { verdict, what } of effects) {
        const message = `Trigger "${run.trigger.name}" on ${simulation.relation.name} fires for "${label}": ${what}.`;
        found.push(verdict === 'unsafe' ? unsafe('change-routine', message, REWRITE) : unclear('change-routine', message, REWRITE));
      }
    }
  }
  for (const simulation of was) {
    const later = after.relations.get(simulation.relation.id);
    if (later === undefined) continue;
    for (const run of simulation.runs) {
      if (isSame(run.trigger, later, after, before)) continue;
      const replaced = later.triggers.some(({ name, enabled }) => name === run.trigger.name && enabled);
      const own = new Set(write.values.flatMap(({ column, value }) => (value.kind === 'default' ? [] : column)));
      const given = carriesOver(run, simulation.relation, before, old) ? own : new Set<number>();
      const effects = judge(run, simulation, { catalog: before, before, old, explicit: new Set(), given }).filter(
        ({ reliance }) => reliance,
      );
      for (const { verdict, what } of effects) {
        if (replaced && verdict === 'unknown') continue;
        const does = replaced ? 'does something else now' : 'fires no more';
        const message = `Trigger "${run.trigger.name}" on ${simulation.relation.name} ${does} for "${label}", which relied on it: ${what}.`;
        const rewrite = 'Keep the trigger until the previous release is gone, then drop it in a contract migration.';
        found.push(verdict === 'unsafe' ? unsafe('change-routine', message, rewrite) : unclear('change-routine', message, rewrite));
      }
    }
  }
  return found;
}

/** It works from columns that the old release knows nothing of: it fills in for yet another release. */
function carriesOver(run: TriggerRun, { columns }: Relation, before: Catalog, old: Old): boolean {
  const routine = routineOf(run.trigger, before);
  const sources = columns.filter(({ name }) => !run.changes.has(name) && routine !== undefined && mentioned(routine).includes(name));
  const written = new Set(old.writes.flatMap(({ write }) => write.values.map(({ column }) => column)));
  return sources.length > 0 && sources.every(({ id }) => !old.reads.has(id) && !written.has(id));
}

/** Why a trigger that has stayed as it was fails now. */
function newFailures(
  run: TriggerRun,
  { relation, rows, ...simulation }: Simulation,
  was: readonly Simulation[],
  { catalog, before, old }: Pick<Setting, 'catalog' | 'before' | 'old'>,
): readonly SideEffect[] {
  const earlier = was.flatMap(({ runs }) => runs);
  const found: SideEffect[] = [];
  const { raised, drops, trigger } = run;
  const hazard = hazardIn(run, { ...simulation, relation, rows }, old);
  if (hazard !== null && !earlier.some(({ hazards }) => hazards.some(({ message }) => message === hazard)))
    found.push({ verdict: 'unsafe', what: `it may raise "${hazard}"` });
  if (raised !== null && !earlier.some((one) => one.raised === raised)) found.push({ verdict: 'unsafe', what: `it may raise "${raised}"` });
  if (drops && !earlier.some((one) => one.drops))
    found.push({ verdict: 'unsafe', what: 'it returns NULL, so that the row is not written and no error tells' });
  const routine = routineOf(trigger, catalog);
  const [missing] = routine === undefined ? [] : expressionsOf(routine).flatMap((node) => lostName(node, before, catalog) ?? []);
  if (missing !== undefined) return [...found, { verdict: 'unsafe', what: missing }];
  const fired = {
    ...{ catalog, before, relation, row: rows[0]?.new ?? null, early: trigger.timing === 'before' },
    ...{ unique: uniqueValues({ ...simulation, relation, rows }, catalog), reads: old.reads, tables: old.tables },
  };
  return [...found, ...run.ran.flatMap((ran) => newFailure(ran, fired) ?? [])];
}

/** An error over a value that the old release writes, here or in another write of the table; null: none. */
function hazardIn({ hazards }: TriggerRun, { relation, given, set }: Simulation, { writes }: Old): string | null {
  const isOpen = (name: string): boolean => {
    const id = relation.columns.find((column) => column.name === name)?.id;
    if (given.old === null || (id !== undefined && set.has(id))) return true;
    const elsewhere = writes.filter(({ write }) => write.table === relation.id).flatMap(({ write }) => write.values);
    return elsewhere.some(({ column, value }) => column === id && (value.kind === 'parameter' || value.kind === 'expression'));
  };
  return hazards.find(({ columns }) => columns.some(isOpen))?.message ?? null;
}

interface Setting {
  readonly catalog: Catalog;
  readonly before: Catalog;
  readonly old: Old;
  /** Columns that the write gives a value. */
  readonly explicit: ReadonlySet<number>;
  /** Columns that a trigger changes and that do not miss it. */
  readonly given?: ReadonlySet<number>;
}

/** `reliance`: without it something that the old release reads would be missing. */
type Judged = SideEffect & { readonly reliance: boolean };

function judge(run: TriggerRun, simulation: Simulation, { catalog, before, old, explicit, given }: Setting): readonly Judged[] {
  const { relation } = simulation;
  const found: Judged[] = [];
  const early = run.trigger.timing === 'before';
  if (run.unclear !== null) found.push({ verdict: 'unknown', what: run.unclear, reliance: true });
  if (run.raised !== null) found.push({ verdict: 'unsafe', what: `it may raise "${run.raised}"`, reliance: false });
  const hazard = hazardIn(run, simulation, old);
  if (hazard !== null) found.push({ verdict: 'unsafe', what: `it may raise "${hazard}"`, reliance: false });
  if (run.drops)
    found.push({ verdict: 'unsafe', what: 'it returns NULL, so that the row is not written and no error tells', reliance: false });
  for (const name of run.changes) {
    const column = relation.columns.find((one) => one.name === name);
    if (column === undefined || given?.has(column.id) === true || (!old.reads.has(column.id) && !explicit.has(column.id))) continue;
    found.push({
      verdict: 'unsafe',
      what: `it changes ${relation.name}.${name}, which the previous release ${explicit.has(column.id) ? 'writes' : 'reads'}`,
      reliance: true,
    });
  }
  const fired = {
    catalog,
    before,
    relation,
    row: simulation.rows[0]?.new ?? null,
    unique: uniqueValues(simulation, catalog),
    early,
    reads: old.reads,
    tables: old.tables,
  };
  for (const ran of run.ran) {
    const effect = sideEffect(ran, fired);
    if (effect !== null)
      found.push({ ...effect, reliance: effect.verdict === 'unknown' || effect.what.includes('previous release reads') });
  }
  return found;
}
