import { addColumn } from './add-column.ts';
import { addIndex } from './add-index.ts';
import { addNotNull } from './add-not-null.ts';
import { addTable } from './add-table.ts';
import { changeColumnType, renameColumn } from './moved-column.ts';
import type { PlannedMigration } from './planned-migration.ts';
import { removeColumn } from './remove-column.ts';
import type { Request } from './request.ts';

/** The safe form of each of the specification's seven rules, by the rule's name. Each throws UnreadableInput. */
export const RECIPES: Readonly<Record<string, (request: Request) => readonly PlannedMigration[]>> = {
  'add-column': addColumn,
  'remove-column': removeColumn,
  'rename-column': renameColumn,
  'add-table': addTable,
  'change-column-type': changeColumnType,
  'add-index': addIndex,
  'add-not-null': addNotNull,
};
