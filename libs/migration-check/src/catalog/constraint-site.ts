import type { Constraint } from './catalog.ts';
import { nextId } from './identity.ts';

/** Where a constraint is written. */
export interface Site {
  /** With a column: its name. */
  readonly column: string | null;
  /** On a table that is being made: there are no rows. */
  readonly fresh: boolean;
  /** A column that has just been added and is null in every row meets a foreign key. */
  readonly skipForeignKey: boolean;
}

export const IN_ALTER: Site = { column: null, fresh: false, skipForeignKey: false };

export const blank = (): Pick<Constraint, 'id' | 'expression' | 'validated' | 'enforced' | 'deferrable' | 'index' | 'references'> => ({
  ...{ id: nextId(), expression: null, validated: true, enforced: true, deferrable: false, index: null, references: null },
});
