import type { Node } from 'libpg-query';
import type { Catalog, Relation } from '../catalog/catalog.ts';
import { stringsOf, walk } from '../sql/node.ts';

/**
 * A table, column or function that a statement inside of a function names, that was there before and is not any more; null: all are there. Names that
 * were none before, such as variables, do not count.
 */
export function lostName(node: Node, before: Catalog, after: Catalog): string | null {
  const names = namesIn(node);
  const lostTable = names.tables.find((name) => find(name, before) !== undefined && find(name, after) === undefined);
  if (lostTable !== undefined) return `relation "${lostTable}" does not exist`;
  const has = (name: string, { routines }: Catalog): boolean => [...routines.values()].some((routine) => routine.name === name);
  const lostRoutine = names.routines.find((name) => has(name, before) && !has(name, after));
  if (lostRoutine !== undefined) return `function ${lostRoutine}() does not exist`;
  const holds = (name: string, catalog: Catalog): boolean =>
    names.tables.some((table) => find(table, catalog)?.columns.some((column) => column.name === name) === true);
  const lostColumn = names.columns.find((name) => holds(name, before) && !holds(name, after));
  return lostColumn === undefined ? null : `column "${lostColumn}" does not exist`;
}

interface Names {
  readonly tables: string[];
  /** Without those behind NEW and OLD. */
  readonly columns: string[];
  readonly routines: string[];
}

function namesIn(node: Node): Names {
  const names: Names = { tables: [], columns: [], routines: [] };
  const into = (body: unknown): void => {
    const { relation } = body as { relation?: { relname?: string } };
    if (relation?.relname !== undefined) names.tables.push(relation.relname);
  };
  walk(node, (kind, body) => {
    if (kind === 'RangeVar') names.tables.push((body as { relname?: string }).relname ?? '');
    else if (kind === 'InsertStmt' || kind === 'UpdateStmt' || kind === 'DeleteStmt') {
      into(body);
      const { cols = [], targetList = [] } = body as { cols?: Node[]; targetList?: Node[] };
      for (const one of kind === 'UpdateStmt' ? targetList : cols) if ('ResTarget' in one) names.columns.push(one.ResTarget.name ?? '');
    } else if (kind === 'FuncCall') names.routines.push(stringsOf((body as { funcname?: Node[] }).funcname).at(-1) ?? '');
    else if (kind === 'ColumnRef') {
      const parts = stringsOf((body as { fields?: Node[] }).fields);
      if (parts.length === 1 || (parts[0] !== 'new' && parts[0] !== 'old')) names.columns.push(parts.at(-1) ?? '');
    }
    return undefined;
  });
  return names;
}

function find(name: string, { relations }: Catalog): Relation | undefined {
  return [...relations.values()].find((relation) => relation.name === name);
}
