import { BODIES } from './measured-bodies.ts';
import { DEPENDENTS } from './measured-dependents.ts';
import { EXPRESSIONS } from './measured-expressions.ts';
import { PARTITIONS } from './measured-partitions.ts';
import { TABLES } from './measured-tables.ts';

/** One schema and what is done to it; `;;` parts statements of which only the last is measured. */
export interface MeasuredCases {
  readonly schema: string;
  readonly statements: readonly string[];
}

export const MEASURED: readonly MeasuredCases[] = [TABLES, PARTITIONS, EXPRESSIONS, DEPENDENTS, BODIES];
