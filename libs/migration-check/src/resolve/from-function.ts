import type { FuncCall, Node, RangeFunction } from 'libpg-query';
import type { Analysis } from './analysis.ts';
import { wordsOf } from './names.ts';
import { type Item, itemOf, opaque, type Scope, type ScopeColumn } from './scope.ts';
import { builtIn, keyOf, refOf } from './type-system.ts';

interface Shape {
  readonly columns: readonly ScopeColumn[];
  readonly open: boolean;
}

const plain = (name: string, type: ScopeColumn['type']): ScopeColumn => ({ ...opaque(name), type });

/** A function in FROM, without its alias. */
export function functionItem(analysis: Analysis, scope: Scope, { functions = [], coldeflist, ordinality, alias }: RangeFunction): Item {
  const calls = functions.map((one) => ('List' in one ? (one.List.items ?? []) : [one]));
  const shapes = calls.map(([node, definitions]) => {
    const defined = definitions !== undefined && 'List' in definitions ? definitions.List.items : undefined;
    return shapeOf(analysis, scope, node, defined ?? coldeflist, calls.length === 1 ? alias?.aliasname : undefined);
  });
  const columns = shapes.flatMap((shape) => shape.columns);
  const number = ordinality === true ? [{ ...plain('ordinality', builtIn('int8')), nullable: false }] : [];
  const [first] = calls;
  const name = first?.[0] === undefined ? null : nameOf(first[0]);
  return itemOf([...columns, ...number], name, { open: shapes.some(({ open }) => open) });
}

function nameOf(node: Node): string | null {
  return 'FuncCall' in node ? (wordsOf(node.FuncCall.funcname).at(-1) ?? null) : null;
}

function shapeOf(
  analysis: Analysis,
  scope: Scope,
  node: Node | undefined,
  defined: readonly Node[] | undefined,
  alias: string | undefined,
): Shape {
  if (node === undefined) return { columns: [], open: true };
  if (!('FuncCall' in node)) return { columns: [plain(alias ?? 'value', analysis.expression(scope, node).type)], open: false };
  const name = nameOf(node) ?? '';
  if (name === 'unnest' && (node.FuncCall.args ?? []).length > 1) return unnested(analysis, scope, node.FuncCall);
  const { type, outs = [] } = analysis.expression(scope, node);
  if (defined !== undefined) return { columns: definedBy(analysis, defined), open: false };
  if (outs.length > 0) return { columns: outs.map((out) => plain(out.name, out.type === null ? null : refOf(out.type))), open: false };
  if (type === null) return { columns: [], open: true };
  const fields = analysis.types.fields(keyOf(type));
  if (fields !== null) return { columns: fields.map((field) => plain(field.name, field.type)), open: false };
  return { columns: keyOf(type) === 'record' ? [] : [plain(alias ?? name, type)], open: keyOf(type) === 'record' };
}

/** Each array gives a column. */
function unnested(analysis: Analysis, scope: Scope, { args = [] }: FuncCall): Shape {
  const columns = args.map((arg) => {
    const { type } = analysis.expression(scope, arg);
    const element = type === null ? null : analysis.types.element(keyOf(type));
    return plain('unnest', element === null ? null : refOf(element));
  });
  return { columns, open: false };
}

function definedBy(analysis: Analysis, nodes: readonly Node[]): readonly ScopeColumn[] {
  return nodes.flatMap((node) =>
    'ColumnDef' in node
      ? [plain(node.ColumnDef.colname ?? '', node.ColumnDef.typeName ? analysis.types.named(node.ColumnDef.typeName) : null)]
      : [],
  );
}

/** XMLTABLE and JSON_TABLE: the columns as they are declared. */
export function tableFunctionItem(analysis: Analysis, scope: Scope, node: Node): Item {
  const columns = 'JsonTable' in node ? node.JsonTable.columns : 'RangeTableFunc' in node ? node.RangeTableFunc.columns : undefined;
  const document =
    'JsonTable' in node ? node.JsonTable.context_item?.raw_expr : 'RangeTableFunc' in node ? node.RangeTableFunc.docexpr : undefined;
  if (document !== undefined) analysis.expression(scope, document);
  return itemOf(
    (columns ?? []).flatMap((column) => tableFunctionColumn(analysis, column)),
    null,
    { named: false },
  );
}

function tableFunctionColumn(analysis: Analysis, node: Node): readonly ScopeColumn[] {
  if ('JsonTableColumn' in node) {
    const { name = '', typeName, columns, coltype } = node.JsonTableColumn;
    if (columns !== undefined) return columns.flatMap((column) => tableFunctionColumn(analysis, column));
    if (coltype === 'JTC_FOR_ORDINALITY') return [plain(name, builtIn('int4'))];
    return [plain(name, typeName === undefined ? builtIn('bool') : analysis.types.named(typeName))];
  }
  if (!('RangeTableFuncCol' in node)) return [];
  const { colname = '', typeName, for_ordinality } = node.RangeTableFuncCol;
  return [plain(colname, for_ordinality === true || typeName === undefined ? builtIn('int4') : analysis.types.named(typeName))];
}
