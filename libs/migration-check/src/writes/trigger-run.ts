import type { Catalog, Id, Relation, Routine, Trigger } from '../catalog/catalog.ts';
import type { Abstract } from '../evaluate/abstract.ts';
import { keyOf } from '../evaluate/abstract.ts';
import { canonical, cases } from '../evaluate/domain.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Hazard } from '../evaluate/hazard.ts';
import { follow, neverHolds, NoSuchField, triggerScope, type Ran } from './flow.ts';
import { mentioned, Unreadable } from './program.ts';
import { withGenerated, type Row, type Rows } from './row.ts';

/** What a trigger does to one write. */
export interface TriggerRun {
  readonly trigger: Trigger;
  /** Why it cannot be read; what else is known of it counts nevertheless. */
  readonly unclear: string | null;
  /** PostgreSQL's message where it may refuse the write. */
  readonly raised: string | null;
  /** It may drop the row without an error. */
  readonly drops: boolean;
  /** Columns that it may set to something else, by name. */
  readonly changes: ReadonlySet<string>;
  readonly ran: readonly Ran[];
  /** What it may raise, by the values of columns. */
  readonly hazards: readonly Hazard[];
  /** With the rows that it may leave; none: never. */
  readonly rows: readonly Rows[];
}

type Event = 'insert' | 'update' | 'delete';

/** Triggers of a table that fire at this event, in the order in which they do. */
export function triggersFor(relation: Relation, event: Event, set: ReadonlySet<Id>): readonly Trigger[] {
  return relation.triggers
    .filter(
      ({ enabled, events, ofColumns }) =>
        enabled && events.includes(event) && (event !== 'update' || ofColumns.length === 0 || ofColumns.some((id) => set.has(id))),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export function routineOf(trigger: Trigger, catalog: Catalog): Routine | undefined {
  const all = [...catalog.routines.values()];
  return (
    all.find(({ schema, name }) => `${schema}.${name}` === trigger.routine) ??
    all.find(({ name }) => name === trigger.routine.split('.').at(-1))
  );
}

export function runTrigger(trigger: Trigger, relation: Relation, catalog: Catalog, event: Event, rows: Rows): TriggerRun {
  const none = { trigger, unclear: null, raised: null, drops: false, changes: new Set<string>(), ran: [], hazards: [], rows: [rows] };
  const visible = trigger.forEach === 'row' ? rows : { new: null, old: null };
  const routine = routineOf(trigger, catalog);
  if (routine === undefined) return { ...none, unclear: `its function ${trigger.routine} is not known` };
  const changes = new Set<string>();
  const [ran, left, hazards]: [Ran[], Rows[], Hazard[]] = [[], [], []];
  let [raised, drops, unclear]: [string | null, boolean, string | null] = [null, false, null];
  try {
    for (const one of split(visible, mentioned(routine))) {
      if (trigger.when !== null && neverHolds(evaluate(trigger.when, triggerScope(one, catalog)))) {
        left.push(one);
        continue;
      }
      const { flows, hazards: some } = follow(routine, event, one, catalog);
      hazards.push(...some);
      for (const flow of flows) {
        ran.push(...flow.ran);
        if (typeof flow.end === 'object') {
          raised ??= flow.end.raised;
          continue;
        }
        if (trigger.forEach !== 'row' || trigger.timing !== 'before') {
          left.push(one);
          continue;
        }
        if (flow.end === 'unclear' || flow.end === 'loop' || flow.end === 'next') unclear ??= 'what it returns cannot be read';
        if (flow.end === 'null') drops = true;
        if (flow.end === 'null') continue;
        const kept = flow.end === 'old' && event === 'update' ? one.old : flow.rows.new;
        const row = kept === null ? null : withGenerated(kept, relation, catalog);
        for (const [name, value] of row ?? []) if (keyOf(value) !== keyOf(one.new?.get(name) ?? value)) changes.add(name);
        left.push({ new: row, old: one.old });
      }
    }
  } catch (error) {
    if (error instanceof NoSuchField) return { ...none, ran, changes, raised: error.message };
    if (!(error instanceof Unreadable)) throw error;
    return { ...none, ran, changes, unclear: error.message };
  }
  return {
    trigger,
    unclear,
    raised,
    drops,
    changes,
    ran,
    hazards,
    rows: trigger.forEach === 'row' && trigger.timing === 'before' ? distinctRows(left) : [rows],
  };
}

/** Each combination of nulls and few values in the columns that a function looks at. */
function split(rows: Rows, names: readonly string[]): readonly Rows[] {
  if (rows.new === null && rows.old === null) return [rows];
  const both = new Map<string, Abstract>();
  for (const record of ['new', 'old'] as const) for (const [name, value] of rows[record] ?? []) both.set(`${record}.${name}`, value);
  const part = (row: Row, record: string): Row =>
    new Map([...row].flatMap(([key, value]): [string, Abstract][] => (key.startsWith(`${record}.`) ? [[key.slice(4), value]] : [])));
  return cases(
    both,
    names.flatMap((name) => [`new.${name}`, `old.${name}`]),
  ).map((row) => ({
    new: rows.new === null ? null : part(row, 'new'),
    old: rows.old === null ? null : part(row, 'old'),
  }));
}

const MOST_ROWS = 64;

function distinctRows(rows: readonly Rows[]): readonly Rows[] {
  const text = ({ new: row, old }: Rows) =>
    [row, old].map((one) => [...(one ?? [])].map(([name, value]) => `${name}=${keyOf(value)}`).join()).join('|');
  const some = [...new Map(rows.map((one) => [text(one), one])).values()];
  return some.slice(0, MOST_ROWS);
}

/** Whether the other moment has the same trigger with the same function, firing. */
export function isSame(trigger: Trigger, other: Relation, otherCatalog: Catalog, catalog: Catalog): boolean {
  const same = other.triggers.find(({ name }) => name === trigger.name) ?? other.triggers.find((one) => shape(one) === shape(trigger));
  if (same?.enabled !== true || shape(same) !== shape(trigger)) return false;
  const [one, two] = [routineOf(trigger, catalog), routineOf(same, otherCatalog)];
  return one?.body === two?.body && one?.language === two?.language;
}

function shape({ timing, events, ofColumns, forEach, when, routine }: Trigger): string {
  return canonical([timing, [...events].sort(), [...ofColumns].sort((a, b) => a - b), forEach, when, routine.split('.').at(-1)]);
}
