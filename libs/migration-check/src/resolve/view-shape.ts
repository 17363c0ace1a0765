import type { RangeVar } from 'libpg-query';
import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import { all, stringsOf, within } from '../sql/node.ts';
import { Analysis } from './analysis.ts';
import { tableItem } from './from.ts';
import { PARTS, query, understood } from './parts.ts';
import { columnsRead, viewMeaning } from './view.ts';

/** What a view shows. */
export interface ViewShape {
  /** By its columns, the table's that it shows as they are; null: computed. */
  readonly columns: readonly (Id | null)[];
  /** It shows every row of one table, or of another such view. */
  readonly whole: boolean;
  readonly meaning: ViewQuery | null;
}

/** Texts that are equal where queries mean the same, whatever the things in them are called. null: it is not understood. */
interface ViewQuery {
  /** By the view's columns. */
  readonly targets: readonly string[];
  /** Everything else: which rows it shows. */
  readonly rows: string;
  /** Its columns decide which rows it shows: DISTINCT, UNION and the like. */
  readonly distinct: boolean;
}

export function viewShape(view: Relation, catalog: Catalog): ViewShape {
  const analysis = new Analysis(catalog, catalog.searchPath, PARTS);
  const { columns, through } = viewMeaning(analysis, view);
  const table = onlyTable(view);
  const behind = table === null ? null : understood(() => tableItem(analysis, table, 'read').relation);
  const inner = behind !== null && 'id' in behind ? behind : null;
  const shows = columns.map(({ column }) => column?.id ?? null);
  const whole =
    inner !== null &&
    (inner.kind !== 'view' || viewShape(inner, catalog).whole) &&
    (through?.filtered === false || keepsRows(view, inner, shows));
  return { columns: shows, whole, meaning: meaningOf(view, catalog) };
}

/** Of a SELECT from one table; null: it is another one. */
function onlyTable({ query: node }: Relation): RangeVar | null {
  const [first, ...more] = node !== null && 'SelectStmt' in node ? (node.SelectStmt.fromClause ?? []) : [];
  return first !== undefined && 'RangeVar' in first && more.length === 0 ? first.RangeVar : null;
}

/** No WHERE or the like, and what DISTINCT or GROUP BY compare holds a key. */
function keepsRows({ query: node }: Relation, table: Relation, shows: readonly (Id | null)[]): boolean {
  if (node === null || !('SelectStmt' in node)) return false;
  const {
    whereClause,
    havingClause,
    limitCount,
    limitOffset,
    op = 'SETOP_NONE',
    distinctClause,
    groupClause,
    targetList,
  } = node.SelectStmt;
  if ([whereClause, havingClause, limitCount, limitOffset].some((clause) => clause !== undefined) || op !== 'SETOP_NONE') return false;
  const primary = table.constraints.find(({ kind }) => kind === 'primary');
  const isKey = (ids: readonly (Id | null)[]): boolean => primary?.columns.every((id) => ids.includes(id)) ?? false;
  const grouped = all('ColumnRef', groupClause).map(
    ({ fields }) => table.columns.find(({ name }) => name === stringsOf(fields).at(-1))?.id ?? null,
  );
  if (groupClause !== undefined && !isKey(grouped)) return false;
  if (distinctClause !== undefined && (distinctClause.some((one) => Object.keys(one).length > 0) || !isKey(shows))) return false;
  return groupClause !== undefined || within('FuncCall', targetList).length === 0;
}

function meaningOf(view: Relation, catalog: Catalog): ViewQuery | null {
  const { query: node } = view;
  if (node === null || !('SelectStmt' in node)) return null;
  const analysis = new Analysis(catalog, catalog.searchPath, PARTS);
  analysis.within = columnsRead(view);
  const tables = new Map<unknown, Id>();
  analysis.onTable = (range, { id }) => tables.set(range, id);
  const output = understood(() => query(analysis, null, node));
  if ('error' in output) return null;
  const text = (part: unknown): string =>
    JSON.stringify(part, (key, value: unknown) => {
      if (key === 'location' || key.endsWith('_location')) return undefined;
      const column = analysis.bindings.get(value)?.column;
      if (column !== undefined) return column.column?.id ?? column.sources.map(({ id }) => id);
      return tables.has(value) ? `table ${String(tables.get(value))}` : value;
    });
  const { distinctClause, op = 'SETOP_NONE' } = node.SelectStmt;
  const targets = output.map((one) => (one.column === null ? text(one.node ?? one.sources.map(({ id }) => id)) : String(one.column.id)));
  const rows = text({ ...node.SelectStmt, targetList: undefined });
  return { targets, rows, distinct: distinctClause !== undefined || op !== 'SETOP_NONE' };
}
