import type { Node } from 'libpg-query';
import type { Catalog, Routine } from '../catalog/catalog.ts';
import { resolve } from '../resolve/resolve.ts';
import { all, as, stringsOf, within } from '../sql/node.ts';
import { type Statement, statementsOf } from '../sql/statement.ts';

/** Operators whose sides may change places. */
const COMMUTATIVE = new Set(['+', '*', '=', '<>', '&&']);

/** Why a routine in SQL, whose text has stayed, fails on the schema after; null: it does not, or one cannot say. */
export function bodyFailure(routine: Routine, before: Catalog, after: Catalog): string | null {
  if (routine.language !== 'sql') return null;
  const names = argumentsOf(routine);
  for (const { node } of statementsIn(routine.body)) {
    const [was, is] = [before, after].map((catalog) => resolve(withParameters(node, names, before), catalog, before.searchPath));
    if (was === undefined || is === undefined || 'error' in was) return null;
    if ('error' in is && !is.unknown) return is.error;
  }
  return null;
}

/** Equal for bodies in SQL that are written otherwise and compute the same; null: it cannot be read. */
export function bodyKey({ language, body }: Routine): string | null {
  if (language !== 'sql') return null;
  const nodes = statementsIn(body).map(({ node }) => node);
  return nodes.length === 0 ? null : JSON.stringify(nodes.map(normal));
}

function statementsIn(body: string): readonly Statement[] {
  try {
    return statementsOf(body);
  } catch {
    return [];
  }
}

function argumentsOf({ source }: Routine): readonly string[] {
  const [statement] = statementsIn(source);
  const parameters = as('CreateFunctionStmt', statement?.node)?.parameters;
  return all('FunctionParameter', parameters).map(({ name }) => name ?? '');
}

/** Arguments by name become `$1`; a name that some column has means the column, as in PostgreSQL. */
function withParameters(node: Node, names: readonly string[], { relations }: Catalog): Node {
  const columns = new Set([...relations.values()].flatMap((relation) => relation.columns.map(({ name }) => name)));
  const copy = structuredClone(node);
  for (const parent of nodesIn(copy)) {
    const words = stringsOf(as('ColumnRef', parent as Node)?.fields);
    const index = names.indexOf(words.at(-1) ?? '');
    if (index < 0 || words.length !== 1 || columns.has(words[0] ?? '')) continue;
    Reflect.deleteProperty(parent, 'ColumnRef');
    Object.assign(parent, { ParamRef: { number: index + 1 } });
  }
  return copy;
}

function nodesIn(value: unknown): readonly object[] {
  if (value === null || typeof value !== 'object') return [];
  return [...('ColumnRef' in value ? [value] : []), ...Object.values(value).flatMap(nodesIn)];
}

function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'location' && !key.endsWith('_location'));
  const copy: Record<string, unknown> = Object.fromEntries(entries.map(([key, inner]) => [key, normal(inner)]));
  const operator = 'name' in value && 'lexpr' in value ? stringsOf(value.name as Node[]).at(-1) : undefined;
  if (operator === undefined || !COMMUTATIVE.has(operator)) return copy;
  const [left, right] = [copy.lexpr, copy.rexpr].map((side) => JSON.stringify(side)).sort();
  return { ...copy, lexpr: left, rexpr: right };
}

/** Whether an expression is nothing but a column of the same row. */
export function plainColumn(expression: Node): string | null {
  const words = stringsOf(as('ColumnRef', expression)?.fields);
  return within('ColumnRef', expression).length === 1 ? (words.at(-1) ?? null) : null;
}
