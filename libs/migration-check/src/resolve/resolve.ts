import type { Node } from 'libpg-query';
import type { Catalog } from '../catalog/catalog.ts';
import { Analysis, type Output } from './analysis.ts';
import { PARTS, query, understood } from './parts.ts';
import type { Resolution, Unresolved } from './resolution.ts';
import { utility } from './utility.ts';

/** A resolution with what each name in the text means, in the order in which PostgreSQL looks at them. */
export interface NamedResolution extends Resolution {
  readonly names: Analysis['names'];
}

/**
 * What the names in a SELECT, INSERT, UPDATE, DELETE or MERGE mean on a catalog, as PostgreSQL's parse analysis, rewriter and planner would say
 * without running it. Also for what an application runs besides: CALL, TRUNCATE, LOCK, REFRESH, and what names nothing (SET, BEGIN …).
 */
export function resolve(
  statement: Node,
  catalog: Catalog,
  searchPath: readonly string[] = catalog.searchPath,
): NamedResolution | Unresolved {
  return understood(() => {
    const analysis = new Analysis(catalog, searchPath, PARTS);
    const output = utility(analysis, statement) ?? query(analysis, null, statement);
    for (const column of output) if (column.star) analysis.read(column);
    analysis.checkParameters();
    for (const rest of analysis.later) rest();
    return resolutionOf(analysis, output);
  });
}

function resolutionOf(analysis: Analysis, output: readonly Output[]): NamedResolution {
  return {
    relations: [...analysis.relations.values()],
    reads: [...analysis.reads.values()].map(({ column, nullSafe }) => ({ column: column.id, type: column.type, nullSafe })),
    output: output.map(({ name, type, column, star }) => ({ name, type, column: column?.id ?? null, star })),
    writes: analysis.writes,
    routines: [...analysis.routines],
    sequences: [...analysis.sequences],
    types: [...analysis.userTypes],
    names: analysis.names,
  };
}
