import type { RangeVar } from 'libpg-query';
import type { Column, Relation, Trigger } from '../catalog/catalog.ts';
import type { Analysis } from './analysis.ts';
import { aliased, tableItem } from './from.ts';
import { notUnderstood, refuse } from './refusal.ts';
import type { Write } from './resolution.ts';
import type { Item } from './scope.ts';

/** What INSERT, UPDATE, DELETE or MERGE write to. */
export interface Destination {
  readonly command: Write['command'];
  readonly item: Item;
  /** As it is named: a table or a view. */
  readonly relation: Relation;
  /** Where the rows go: behind an auto-updatable view its table. */
  readonly table: Relation;
  /** By the named relation's columns, where their values go; null: they cannot be written. */
  readonly columns: readonly (Column | null)[];
  /** Why nothing can be written; null: it can. */
  readonly obstacle: { readonly code: string; readonly message: string } | null;
}

export function destinationOf(analysis: Analysis, range: RangeVar, command: Write['command']): Destination {
  const item = aliased(tableItem(analysis, range, command), range.alias);
  const { relation } = item;
  if (relation === null) return notUnderstood(`writing to ${range.relname ?? '?'}`);
  return throughViews(analysis, { command, item, relation, table: relation, columns: relation.columns, obstacle: null });
}

/** The same table for another of MERGE's commands. */
export function withCommand(analysis: Analysis, { item, relation }: Destination, command: Write['command']): Destination {
  analysis.uses(relation, command);
  return throughViews(analysis, { command, item, relation, table: relation, columns: relation.columns, obstacle: null });
}

function throughViews(analysis: Analysis, plain: Destination): Destination {
  const { relation, command } = plain;
  if (relation.kind === 'materialized view') {
    return { ...plain, obstacle: { code: '42809', message: `cannot change materialized view "${relation.name}"` } };
  }
  if (relation.kind !== 'view' || isHandled(relation, command)) return plain;
  const table = shownBy(analysis, relation, command);
  if (table === null)
    return {
      ...plain,
      obstacle: { code: '55000', message: `cannot ${command} view "${relation.name}": it is not automatically updatable` },
    };
  analysis.uses(table, command);
  return { ...plain, table, columns: plain.item.columns.map(({ column }) => column) };
}

/** An INSTEAD OF trigger or a rule does it. */
function isHandled({ triggers, rules }: Relation, command: Trigger['events'][number]): boolean {
  return rules.length > 0 || triggers.some(({ timing, events, enabled }) => enabled && timing === 'instead of' && events.includes(command));
}

/** The table behind views that can be written through; null: there is none. */
function shownBy(analysis: Analysis, view: Relation, command: Write['command']): Relation | null {
  const through = analysis.views.get(view.id)?.through ?? null;
  if (through === null) {
    // The query of a view that is not understood may be simple enough for PostgreSQL.
    if (view.query === null) notUnderstood(`what view "${view.name}" shows`);
    return null;
  }
  const { relation } = tableItem(analysis, through.table, 'read');
  if (relation === null) return notUnderstood(`what view "${view.name}" shows`);
  if (relation.kind !== 'view') return relation.kind === 'materialized view' ? null : relation;
  return isHandled(relation, command) ? relation : shownBy(analysis, relation, command);
}

/** Throws what the rewriter says once the statement is analysed: 55000, 42809, 0A000. */
export function checkWritable({ obstacle, columns, item, relation, command }: Destination, written: readonly number[]): void {
  if (obstacle !== null) refuse(obstacle.code, obstacle.message);
  const targets = written.flatMap((index) => columns[index]?.id ?? []);
  if (relation.kind === 'view' && new Set(targets).size < new Set(written).size && !written.some((index) => columns[index] === null)) {
    refuse('42601', `multiple assignments to the same column of view "${relation.name}"`);
  }
  for (const index of written) {
    if (columns[index] === null)
      refuse('0A000', `cannot ${command} column "${item.columns[index]?.name ?? ''}" of view "${relation.name}"`);
  }
}
