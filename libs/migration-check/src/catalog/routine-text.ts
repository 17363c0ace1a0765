import { type CreateFunctionStmt, type FunctionParameter, type Node, parsePlPgSQLSync } from 'libpg-query';
import { isPolymorphic } from '../resolve/coercion.ts';
import type { Resolution, Unresolved } from '../resolve/resolution.ts';
import { resolve } from '../resolve/resolve.ts';
import { all, as, stringsOf, walk, within } from '../sql/node.ts';
import { statementsOf, UnreadableSql } from '../sql/statement.ts';
import type { Catalog, Routine } from './catalog.ts';

const OUTPUT = new Set(['FUNC_PARAM_OUT', 'FUNC_PARAM_TABLE']);
const QUERIES = ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'];
/** Results that a body need not give. */
const NO_RESULT = new Set(['void', 'trigger', 'event_trigger']);
/** Undefined table, and schema. */
const NO_TABLE = new Set(['42P01', '3F000']);

/**
 * Why CREATE FUNCTION refuses a body while `check_function_bodies` is on; null: it does not, or one cannot say. PostgreSQL looks into the names of
 * SQL only: of PL/pgSQL it reads the grammar. https://www.postgresql.org/docs/18/runtime-config-client.html#GUC-CHECK-FUNCTION-BODIES
 */
export function refusedBody(statement: CreateFunctionStmt, { language, body, source }: Routine, catalog: Catalog): string | null {
  if (language === 'plpgsql') return grammarError(source);
  return language === 'sql' ? errorOfSql(statement, body, catalog) : null;
}

function grammarError(source: string): string | null {
  try {
    parsePlPgSQLSync(source);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    return /^(syntax error|unexpected end of function|missing )/u.test(message) ? message : null;
  }
}

function errorOfSql(statement: CreateFunctionStmt, body: string, catalog: Catalog): string | null {
  const parameters = all('FunctionParameter', statement.parameters);
  const inputs = parameters.filter(({ mode }) => !OUTPUT.has(mode ?? ''));
  const hasOwnPath = all('DefElem', statement.options).some(({ defname }) => defname === 'set');
  const types = [...inputs.map(({ argType }) => argType), statement.returnType].map((type) => stringsOf(type?.names).at(-1) ?? '');
  if (hasOwnPath || types.some(isPolymorphic)) return null;
  const nodes = statement.sql_body === undefined ? nodesOf(body) : nodesBelow(statement.sql_body);
  if (typeof nodes === 'string') return nodes;
  const name = stringsOf(statement.funcname).at(-1) ?? '';
  for (const node of nodes) {
    // What a statement before it makes is not there yet for PostgreSQL either, but that differs from release to release.
    if (!QUERIES.some((kind) => kind in node)) return null;
    const error = errorOf(node, name, inputs, catalog);
    if (error !== null) return error;
  }
  const hasOutputs = parameters.some(({ mode }) => OUTPUT.has(mode ?? '') || mode === 'FUNC_PARAM_INOUT');
  const isValue = statement.returnType !== undefined && !hasOutputs && !NO_RESULT.has(types.at(-1) ?? '') && !statement.is_procedure;
  return isValue && !givesRows(nodes.at(-1)) ? 'return type mismatch in function: its last statement gives no rows' : null;
}

function nodesOf(body: string): readonly Node[] | string {
  try {
    return statementsOf(body).map(({ node }) => node);
  } catch (error) {
    if (error instanceof UnreadableSql) return error.reason;
    throw error;
  }
}

/** RETURN …, or the statements of BEGIN ATOMIC. */
export function nodesBelow(body: Node): readonly Node[] {
  const returned = as('ReturnStmt', body)?.returnval;
  if (returned !== undefined) return [{ SelectStmt: { targetList: [{ ResTarget: { val: returned } }], op: 'SETOP_NONE' } }];
  const inner = as('List', as('List', body)?.items?.[0])?.items ?? [];
  return inner.flatMap((node) => ('ReturnStmt' in node ? nodesBelow(node) : [node]));
}

function givesRows(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if ('SelectStmt' in node) return true;
  const [body] = Object.values(node) as { readonly returningClause?: unknown; readonly returningList?: readonly Node[] }[];
  return body?.returningClause !== undefined || (body?.returningList ?? []).length > 0;
}

/** A name that a table has too may mean either: it is wrong where it is wrong as both. */
function errorOf(node: Node, routine: string, inputs: readonly FunctionParameter[], catalog: Catalog): string | null {
  const readings = readingsOf(node, routine, inputs, catalog).map((resolution) => ('error' in resolution ? resolution : null));
  const [first] = readings;
  return readings.every((one) => one !== null && !one.unknown) ? (first?.error ?? null) : null;
}

/** What a statement of a body may mean: where a name is a column and an argument, first as the column. */
export function readingsOf(
  node: Node,
  routine: string,
  inputs: readonly FunctionParameter[],
  catalog: Catalog,
): readonly (Resolution | Unresolved)[] {
  const columns = new Set([...catalog.relations.values()].flatMap((relation) => relation.columns.map(({ name }) => name)));
  return [(name: string) => !columns.has(name), () => true].map((isParameter) =>
    resolve(withArguments(node, routine, inputs, isParameter), catalog, catalog.searchPath),
  );
}

/** Arguments, by name or number, as values of their types. */
function withArguments(node: Node, routine: string, inputs: readonly FunctionParameter[], isParameter: (name: string) => boolean): Node {
  const copy = structuredClone(node);
  for (const place of placesIn(copy)) {
    const words = stringsOf(as('ColumnRef', place)?.fields);
    const named = words.length === 2 && words[0] === routine ? words.slice(1) : words;
    const index = inputs.findIndex(({ name }) => name !== undefined && name === named[0]);
    const number = as('ParamRef', place)?.number ?? (index >= 0 && (words.length === 2 || isParameter(named[0] ?? '')) ? index + 1 : 0);
    const typeName = inputs[number - 1]?.argType;
    if (typeName === undefined) continue;
    for (const key of Object.keys(place)) Reflect.deleteProperty(place, key);
    const cast: Node = { TypeCast: { arg: { ParamRef: { number } }, typeName } };
    const fields = named.slice(1).map((sval): Node => ({ String: { sval } }));
    Object.assign(place, fields.length === 0 ? cast : { A_Indirection: { arg: cast, indirection: fields } });
  }
  return copy;
}

function placesIn(value: unknown): readonly Node[] {
  if (value === null || typeof value !== 'object') return [];
  return [...('ColumnRef' in value || 'ParamRef' in value ? [value as Node] : []), ...Object.values(value).flatMap(placesIn)];
}

/** Why a function fails whenever it runs: a table in it is not there; null: it does not, or one cannot say. */
export function missingTable({ language, body, source }: Routine, catalog: Catalog): string | null {
  if (/\bsearch_path\b/iu.test(source)) return null;
  for (const text of language === 'plpgsql' ? expressionsIn(source) : language === 'sql' ? [body] : []) {
    const nodes = nodesOf(text);
    if (typeof nodes === 'string') return null;
    for (const node of nodes) {
      // It may make the table by itself.
      if (!QUERIES.some((kind) => kind in node)) return null;
      const resolution = resolve(node, catalog, catalog.searchPath);
      if ('error' in resolution && NO_TABLE.has(resolution.code)) return resolution.error;
    }
  }
  return null;
}

/** SQL that PL/pgSQL runs, as statements; of a text that is only made when it runs, and of what an EXCEPTION may catch, nothing. */
function expressionsIn(source: string): readonly string[] {
  const found: string[] = [];
  try {
    walk(parsePlPgSQLSync(source), (kind: string, inner) => {
      if (kind.startsWith('PLpgSQL_stmt_dyn')) return false;
      if (kind === 'PLpgSQL_stmt_block' && Object.hasOwn(inner as object, 'exceptions')) return false;
      if (kind !== 'PLpgSQL_expr') return undefined;
      const { query = '', parseMode = 0 } = inner as { query?: string; parseMode?: number };
      found.push(parseMode === 0 ? query : `SELECT ${parseMode === 2 ? query : query.replace(/^.*?:?=/su, '')}`);
      return undefined;
    });
  } catch {
    return [];
  }
  return found;
}

/** Routines of the schema that an expression calls. */
export function routinesIn(expression: unknown, catalog: Catalog): readonly Routine[] {
  return within('FuncCall', expression).flatMap(({ funcname, args = [] }) => {
    const names = stringsOf(funcname);
    const schemas = names.length > 1 ? [names.at(-2)] : catalog.searchPath;
    return [...catalog.routines.values()].filter(
      (routine) => routine.name === names.at(-1) && schemas.includes(routine.schema) && routine.arguments.length === args.length,
    );
  });
}
