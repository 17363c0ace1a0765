import { parseSync, type Node } from 'libpg-query';
import type { Catalog, TypeRef } from '../catalog/catalog.ts';
import { all, as } from '../sql/node.ts';

/** A function in SQL that does nothing but compute one expression. */
interface Inline {
  readonly names: readonly string[];
  readonly types: readonly TypeRef[];
  readonly expression: Node;
  /** Null for a null, without a look into its body. */
  readonly strict: boolean;
}

/** null: there is none of this name, or several, or it does more than compute an expression of its arguments. */
export function expressionOf(name: string, count: number, { routines }: Catalog): Inline | null {
  const [routine, ...more] = [...routines.values()].filter((one) => one.name === name && one.arguments.length === count);
  if (routine?.language !== 'sql' || more.length > 0) return null;
  const statement = parsed(routine.source);
  const created = as('CreateFunctionStmt', statement ?? undefined);
  const parameters = all('FunctionParameter', created?.parameters);
  const select = as('SelectStmt', parsed(routine.body) ?? undefined);
  const [target, ...others] = all('ResTarget', select?.targetList);
  if (created === undefined || select === undefined || target?.val === undefined || others.length > 0) return null;
  if (select.fromClause !== undefined || select.whereClause !== undefined || select.withClause !== undefined || select.op !== 'SETOP_NONE')
    return null;
  if (/"(SubLink|RangeVar)"/.test(JSON.stringify(target.val))) return null;
  const strict = all('DefElem', created.options).some(({ defname, arg }) => defname === 'strict' && as('Boolean', arg)?.boolval === true);
  return { names: parameters.map((one) => one.name ?? ''), types: routine.arguments, expression: target.val, strict };
}

const nodes = new Map<string, Node | null>();

function parsed(text: string): Node | null {
  const held = nodes.get(text);
  if (held !== undefined) return held;
  const node = one(text);
  nodes.set(text, node);
  return node;
}

/** null: it is not one statement of SQL. */
function one(text: string): Node | null {
  try {
    const statements = parseSync(text).stmts ?? [];
    return statements.length === 1 ? (statements[0]?.stmt ?? null) : null;
  } catch {
    return null;
  }
}
