import type { InferClause, Node } from 'libpg-query';
import type { Column, Constraint, Id, Index } from '../catalog/catalog.ts';
import type { Analysis } from './analysis.ts';
import { indexOf } from './assignment.ts';
import { condition } from './condition.ts';
import type { Destination } from './destination.ts';
import { wordsOf } from './names.ts';
import { notUnderstood, refuse } from './refusal.ts';
import { Scope } from './scope.ts';

/**
 * The unique index that ON CONFLICT goes by, for when it is needed. Throws 42704 at once where the constraint is not there, and 42P10 later where no
 * index fits.
 */
export function arbiter(analysis: Analysis, outer: Scope | null, destination: Destination, infer: InferClause): () => Id | null {
  const { relation } = destination;
  if (infer.conname !== undefined) {
    const index = byConstraint(relation.constraints, infer.conname, relation.name);
    return () => index;
  }
  const scope = new Scope(outer);
  scope.items = [destination.item];
  const elements = elementsOf(analysis, scope, destination, infer.indexElems ?? []);
  condition(analysis, scope, infer.whereClause);
  return () => inferred(analysis, destination, elements, infer.whereClause);
}

function inferred({ catalog }: Analysis, { table }: Destination, { columns, expressions }: Elements, where: Node | undefined): Id {
  const deferrable = new Set(table.constraints.filter((constraint) => constraint.deferrable).map(({ index }) => index));
  const candidates = [...catalog.indexes.values()].filter(
    (index) => index.table === table.id && index.unique && index.valid && covers(index, columns, expressions, table.columns),
  );
  const proofs = candidates.map((index) => ({ index, proof: implied(index, where, table.columns) }));
  const usable = proofs.filter(({ proof }) => proof === 'yes');
  const found = usable.find(({ index }) => !deferrable.has(index.id));
  if (found !== undefined) return found.index.id;
  if (proofs.some(({ proof }) => proof === 'perhaps'))
    return notUnderstood('whether the WHERE of ON CONFLICT implies that of a partial index');
  return usable.length > 0
    ? refuse('55000', 'ON CONFLICT does not support deferrable unique constraints as arbiters')
    : refuse('42P10', 'there is no unique or exclusion constraint matching the ON CONFLICT specification');
}

function byConstraint(constraints: readonly Constraint[], name: string, table: string): Id | null {
  const found = constraints.find((constraint) => constraint.name === name && ['unique', 'primary', 'exclude'].includes(constraint.kind));
  if (found === undefined) return refuse('42704', `constraint "${name}" for table "${table}" does not exist`);
  if (found.deferrable) refuse('55000', 'ON CONFLICT does not support deferrable unique constraints/exclusion constraints as arbiters');
  return found.index;
}

interface Elements {
  readonly columns: ReadonlySet<Id>;
  readonly expressions: ReadonlySet<string>;
}

function elementsOf(analysis: Analysis, scope: Scope, destination: Destination, nodes: readonly Node[]): Elements {
  const columns = new Set<Id>();
  const expressions = new Set<string>();
  for (const node of nodes) {
    if (!('IndexElem' in node)) continue;
    const { name, expr } = node.IndexElem;
    if (name !== undefined) {
      const column = destination.columns[indexOf(destination, name)];
      if (column !== undefined && column !== null) columns.add(column.id);
    } else if (expr !== undefined) {
      analysis.expression(scope, expr);
      expressions.add(normal(expr, destination.table.columns));
    }
  }
  return { columns, expressions };
}

function covers({ keys }: Index, wanted: ReadonlySet<Id>, expressions: ReadonlySet<string>, columns: readonly Column[]): boolean {
  const plain = new Set(keys.flatMap((key) => ('column' in key ? [key.column] : [])));
  const computed = new Set(keys.flatMap((key) => ('expression' in key ? [normal(key.expression, columns)] : [])));
  return same(plain, wanted) && same(computed, expressions);
}

function same<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one));
}

/** Whether rows that the WHERE is about are all in a partial index. Without a proof one cannot say, as PostgreSQL proves more than is done here. */
function implied({ predicate }: Index, where: Node | undefined, columns: readonly Column[]): 'yes' | 'no' | 'perhaps' {
  if (predicate === null) return 'yes';
  if (where === undefined) return 'no';
  const given = new Set(conjuncts(where).map((part) => normal(part, columns)));
  return conjuncts(predicate.expression).every((part) => given.has(normal(part, columns))) ? 'yes' : 'perhaps';
}

function conjuncts(node: Node): readonly Node[] {
  return 'BoolExpr' in node && node.BoolExpr.boolop === 'AND_EXPR' ? (node.BoolExpr.args ?? []).flatMap(conjuncts) : [node];
}

/** Equal for expressions that are the same to PostgreSQL: columns by id, constants without casts. */
function normal(node: Node, columns: readonly Column[]): string {
  return JSON.stringify(node, (key, value: unknown) => {
    if (key === 'location' || key === 'funcformat' || key.endsWith('_location')) return undefined;
    if (value === null || typeof value !== 'object') return value;
    if ('ColumnRef' in value) return idOf(wordsOf((value as Extract<Node, { ColumnRef: unknown }>).ColumnRef.fields), columns);
    if ('FuncCall' in value) return { call: withoutSchema(value as Extract<Node, { FuncCall: unknown }>) };
    if ('TypeCast' in value) return constantIn(value as Extract<Node, { TypeCast: unknown }>);
    return value;
  });
}

function idOf(words: readonly string[], columns: readonly Column[]): string {
  const name = words.at(-1) ?? '';
  return `column ${String(columns.find((column) => column.name === name)?.id ?? name)}`;
}

function withoutSchema({ FuncCall: { funcname, args } }: Extract<Node, { FuncCall: unknown }>): unknown {
  return { name: wordsOf(funcname).at(-1), args };
}

function constantIn(node: Extract<Node, { TypeCast: unknown }>): unknown {
  const { arg, typeName } = node.TypeCast;
  return arg !== undefined && 'A_Const' in arg ? arg : { cast: arg, to: wordsOf(typeName?.names).at(-1) };
}
