import type { Node } from 'libpg-query';
import type { Catalog, Index, Relation } from '../catalog/catalog.ts';
import { canonical, cases, columnsIn } from '../evaluate/domain.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { hazardsOf } from '../evaluate/hazard.ts';
import { isTested } from '../evaluate/tested.ts';
import type { Breakage } from '../previous/breakage.ts';
import { unsafe, type OldWrite } from './old-writes.ts';
import { scopeOf, type Row } from './row.ts';
import type { Simulation } from './simulation.ts';

const REWRITE =
  'Take an expression that no value of the previous release fails, such as a CASE that tests the value first, or NULLIF for what is divided by.';

/** Of an index or a generated column. `guard`: where it is not true, nothing is computed. */
interface Computed {
  readonly of: string;
  readonly rule: 'add-index' | 'add-column';
  readonly expression: Node;
  readonly guard: Node | null;
}

/** Expressions of new indexes and stored columns that fail on a row that the old release writes: the row is refused, and the index not built. */
export function indexValueBreakages({ label }: OldWrite, simulation: Simulation, before: Catalog, after: Catalog): readonly Breakage[] {
  const { relation, rows } = simulation;
  const fresh = [...after.indexes.values()].filter(({ id, table }) => table === relation.id && !before.indexes.has(id));
  return [...fresh.flatMap(expressionsOf), ...storedOf(relation, before)].flatMap((computed) => {
    const reasons = rows.flatMap(({ new: row }) => (row === null ? [] : (failureOf(computed, row, simulation, after) ?? [])));
    const [reason] = reasons;
    return reason === undefined
      ? []
      : [unsafe(computed.rule, `"${label}" may fail: the expression of ${computed.of} gives ${reason}.`, REWRITE)];
  });
}

function expressionsOf({ name, keys, predicate }: Index): readonly Computed[] {
  const guard = predicate?.expression ?? null;
  const own = keys.flatMap((key) => ('expression' in key ? [{ expression: key.expression, guard }] : []));
  const all = guard === null ? own : [...own, { expression: guard, guard: null }];
  return all.map((one): Computed => ({ ...one, of: `index "${name}"`, rule: 'add-index' }));
}

/** Stored columns that the migration made or gave another expression. */
function storedOf({ id: table, columns }: Relation, before: Catalog): readonly Computed[] {
  const earlier = before.relations.get(table)?.columns ?? [];
  return columns.flatMap(({ id, name, generated }): Computed[] => {
    if (generated?.kind !== 'stored') return [];
    const was = earlier.find((column) => column.id === id)?.generated;
    if (canonical(was) === canonical(generated)) return [];
    return [{ of: `column "${name}"`, rule: 'add-column', expression: generated.expression, guard: null }];
  });
}

function failureOf({ expression, guard }: Computed, row: Row, { relation, given, set }: Simulation, catalog: Catalog): string | null {
  for (const one of cases(row, columnsIn(expression))) {
    const value = evaluate(expression, scopeOf(one, catalog));
    if (value.kind === 'fault') return `${value.message} (SQLSTATE ${value.code})`;
  }
  // What an UPDATE leaves as it is, another write has put there.
  const isWritten = (name: string): boolean => {
    const column = relation.columns.find((one) => one.name === name);
    return given.old === null || (column !== undefined && set.has(column.id));
  };
  const hazard = hazardsOf(expression, scopeOf(row, catalog), columnsIn(guard)).find(({ message, columns }) =>
    columns.some((name) => isWritten(name) && !(message.includes('text') && isTested(relation, name))),
  );
  return hazard?.message ?? null;
}
