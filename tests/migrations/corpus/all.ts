import type { Case } from '../case.ts';
import { addColumn } from './add-column.ts';
import { addIndex } from './add-index.ts';
import { addNotNull } from './add-not-null.ts';
import { addTable } from './add-table.ts';
import { changeColumnType } from './change-column-type.ts';
import { constraints } from './constraints.ts';
import { dataChanges } from './data-changes.ts';
import { defaults } from './defaults.ts';
import { doBlocks } from './do-blocks.ts';
import { domains } from './domains.ts';
import { enums } from './enums.ts';
import { foreignKeys } from './foreign-keys.ts';
import { harmlessStatements } from './harmless.ts';
import { identityAndGenerated } from './identity-and-generated.ts';
import { nameCapture } from './name-capture.ts';
import { partitions } from './partitions.ts';
import { phases } from './phases.ts';
import { removeColumn } from './remove-column.ts';
import { renameColumn } from './rename-column.ts';
import { renamedTables } from './renamed-tables.ts';
import { routines } from './routines.ts';
import { sequences } from './sequences.ts';
import { transactions } from './transactions.ts';
import { triggers } from './triggers.ts';
import { typeormGenerated } from './typeorm-generated.ts';
import { uniqueAndConflict } from './unique-and-conflict.ts';
import { views } from './views.ts';

/** Every case, by topic. */
export const CASES: readonly Case[] = [
  ...addColumn,
  ...addIndex,
  ...addNotNull,
  ...addTable,
  ...changeColumnType,
  ...constraints,
  ...dataChanges,
  ...defaults,
  ...doBlocks,
  ...domains,
  ...enums,
  ...foreignKeys,
  ...harmlessStatements,
  ...identityAndGenerated,
  ...nameCapture,
  ...partitions,
  ...phases,
  ...removeColumn,
  ...renameColumn,
  ...renamedTables,
  ...routines,
  ...sequences,
  ...transactions,
  ...triggers,
  ...typeormGenerated,
  ...uniqueAndConflict,
  ...views,
];
