import { type Node, parseSync, scanSync } from 'libpg-query';
import { type Column, type Table, tableCalled } from './tables.ts';

/** Where a query's parameter or constant goes to. */
export interface Slot {
  readonly column: Column;
  readonly table: Table;
  /** Written there; false: compared with it. */
  readonly written: boolean;
}

export interface Constant extends Slot {
  /** Byte offsets in the query. */
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

/** What a query of the previous release is, as far as its syntax says. */
export interface Query {
  readonly text: string;
  readonly kind: 'select' | 'insert' | 'update' | 'delete' | 'other';
  /** All that it names. */
  readonly tables: readonly Table[];
  /** That an INSERT, UPDATE or DELETE writes. */
  readonly target: Table | undefined;
  readonly parameters: ReadonlyMap<number, Slot | undefined>;
  readonly constants: readonly Constant[];
  /** LIMIT without a full order picks rows by chance. */
  readonly limited: boolean;
  /** An INSERT of what a SELECT finds. */
  readonly isComputed: boolean;
}

type Tree = Record<string, unknown>;

/** Of any SQL: what cannot be parsed is `other`. */
export function queryOf(text: string, tables: readonly Table[]): Query {
  const node = nodeOf(text);
  if (node === null) return { ...NOTHING, text };
  const used = new Set<Table>();
  visit(node, (key, value) => {
    if (key !== 'RangeVar' && key !== 'relation') return;
    const { schemaname, relname } = value as { schemaname?: string; relname?: string };
    if (relname === undefined) return;
    const table = tableCalled(schemaname === undefined ? relname : `${schemaname}.${relname}`, tables);
    if (table !== undefined) used.add(table);
  });
  const [kind, target] = targetOf(node, tables);
  const parameters = new Map<number, Slot | undefined>();
  const found: { readonly at: number; readonly slot: Slot }[] = [];
  visit(node, (key, value) => {
    if (key === 'ParamRef') {
      const { number = 1 } = value as { number?: number };
      if (!parameters.has(number)) parameters.set(number, undefined);
    }
    for (const { column, expression, written } of pairsIn(key, value, target)) {
      const table = [...(written && target !== undefined ? [target] : []), ...used].find((one) =>
        one.columns.some(({ name }) => name === column),
      );
      const slot = { table, column: table?.columns.find(({ name }) => name === column), written };
      if (slot.table === undefined || slot.column === undefined) continue;
      const inner = bare(expression);
      if (inner.ParamRef !== undefined) {
        const { number = 1 } = inner.ParamRef as { number?: number };
        if (parameters.get(number) === undefined) parameters.set(number, slot as Slot);
      }
      if (inner.A_Const !== undefined) found.push({ at: (inner.A_Const as { location?: number }).location ?? 0, slot: slot as Slot });
    }
  });
  const tokens = found.length === 0 ? [] : scanSync(text).tokens;
  const constants = found.flatMap(({ at, slot }) => {
    const token = tokens.find(({ start, tokenName }) => start === at && /^(?:SCONST|ICONST|FCONST)$/.test(tokenName));
    if (token === undefined) return [];
    const value = token.tokenName === 'SCONST' ? token.text.slice(1, -1).replaceAll("''", "'") : token.text;
    return [{ ...slot, start: token.start, end: token.end, value }];
  });
  const limited = 'SelectStmt' in node && node.SelectStmt.limitCount !== undefined;
  const select =
    'InsertStmt' in node && node.InsertStmt.selectStmt !== undefined && 'SelectStmt' in node.InsertStmt.selectStmt
      ? node.InsertStmt.selectStmt.SelectStmt
      : null;
  const isComputed = select !== null && (select.valuesLists ?? []).length === 0;
  return { text, kind, tables: [...used], target, parameters, constants, limited, isComputed };
}

const NOTHING: Query = {
  ...{ text: '', kind: 'other', tables: [], target: undefined, parameters: new Map(), constants: [], limited: false, isComputed: false },
};

function nodeOf(text: string): Node | null {
  try {
    const statements = (parseSync(text).stmts ?? []) as readonly { readonly stmt: Node }[];
    return statements.length === 1 ? (statements[0]?.stmt ?? null) : null;
  } catch {
    return null;
  }
}

function targetOf(node: Node, tables: readonly Table[]): readonly [Query['kind'], Table | undefined] {
  const called = (relation?: { schemaname?: string; relname?: string }): Table | undefined =>
    relation?.relname === undefined
      ? undefined
      : tableCalled(relation.schemaname === undefined ? relation.relname : `${relation.schemaname}.${relation.relname}`, tables);
  if ('InsertStmt' in node) return ['insert', called(node.InsertStmt.relation)];
  if ('UpdateStmt' in node) return ['update', called(node.UpdateStmt.relation)];
  if ('DeleteStmt' in node) return ['delete', called(node.DeleteStmt.relation)];
  return ['SelectStmt' in node ? 'select' : 'other', undefined];
}

interface Pair {
  readonly column: string;
  readonly expression: Tree;
  readonly written: boolean;
}

/** Columns beside what is written into them or compared with them. */
function pairsIn(key: string, value: unknown, target: Table | undefined): readonly Pair[] {
  const tree = value as Tree;
  if (key === 'InsertStmt') {
    const named = ((tree.cols ?? []) as { ResTarget: { name: string } }[]).map(({ ResTarget }) => ResTarget.name);
    const names = named.length > 0 ? named : (target?.columns.map(({ name }) => name) ?? []);
    const select = (
      tree.selectStmt as
        { SelectStmt?: { valuesLists?: { List: { items: Tree[] } }[]; targetList?: { ResTarget: { val?: Tree } }[] } } | undefined
    )?.SelectStmt;
    const rows = select?.valuesLists?.map(({ List }) => List.items) ?? [
      select?.targetList?.map(({ ResTarget }) => ResTarget.val ?? {}) ?? [],
    ];
    return rows.flatMap((items) =>
      items.flatMap((expression, i) => {
        const column = names[i];
        return column === undefined ? [] : [{ column, expression, written: true }];
      }),
    );
  }
  if (key === 'UpdateStmt' || key === 'onConflictClause') {
    return ((tree.targetList ?? []) as { ResTarget: { name?: string; val?: Tree } }[]).flatMap(({ ResTarget: { name, val } }) =>
      name === undefined || val === undefined ? [] : [{ column: name, expression: val, written: true }],
    );
  }
  if (key !== 'A_Expr') return [];
  const [left, right] = [tree.lexpr, tree.rexpr].map((side) => (Array.isArray(side) ? {} : bare((side ?? {}) as Tree)));
  const items = ((tree.rexpr as { List?: { items?: Tree[] } } | undefined)?.List?.items ?? []).map((item) => [left, item] as const);
  return [[left, right] as const, [right, left] as const, ...items].flatMap(([column, expression]) => {
    const name = columnIn(column ?? {});
    return name === undefined ? [] : [{ column: name, expression: expression ?? {}, written: false }];
  });
}

function columnIn({ ColumnRef }: Tree): string | undefined {
  const fields = (ColumnRef as { fields?: { String?: { sval?: string } }[] } | undefined)?.fields;
  return fields?.at(-1)?.String?.sval;
}

/** Without casts. */
function bare(tree: Tree): Tree {
  const cast = tree.TypeCast as { arg?: Tree } | undefined;
  return cast?.arg === undefined ? tree : bare(cast.arg);
}

function visit(tree: unknown, see: (key: string, value: unknown) => void): void {
  if (typeof tree !== 'object' || tree === null) return;
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) see(key, value);
    visit(value, see);
  }
}

/** The query with other constants. */
export function withConstants(
  text: string,
  changes: readonly { readonly start: number; readonly end: number; readonly sql: string }[],
): string {
  let bytes = Buffer.from(text);
  for (const { start, end, sql } of [...changes].sort((a, b) => b.start - a.start)) {
    bytes = Buffer.concat([bytes.subarray(0, start), Buffer.from(sql), bytes.subarray(end)]);
  }
  return bytes.toString();
}
