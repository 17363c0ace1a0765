import type { Node, TypeName } from 'libpg-query';
import { as, constantOf, stringsOf, walk, within } from '../sql/node.ts';
import type { Catalog, Id, Relation, TypeRef } from './catalog.ts';
import { columnNamed, findRelation, findType, nameOfRange, qualified } from './lookup.ts';
import { refuse, type Work } from './work.ts';

/** A label that ADD VALUE made in this transaction cannot be a constant of its type yet. */
export function requireUsableLabel({ catalog }: Work, type: TypeRef, expression: Node): void {
  const named = findType(catalog, type);
  const value = constantOf(expression) ?? constantOf(within('TypeCast', expression)[0]?.arg);
  if (named?.kind === 'enum' && typeof value === 'string' && catalog.sinceStart.labels.get(value) === named.id)
    refuseLabel(value, named.name);
}

/** Any use of such a label over these relations; over those that the tree itself names where none are given. */
export function refuseUncommittedLabels({ catalog }: Work, tree: unknown, relations?: readonly Relation[]): void {
  const { labels } = catalog.sinceStart;
  if (labels.size === 0) return;
  const over =
    relations ?? within('RangeVar', tree).flatMap((range) => findRelation(catalog, nameOfRange(range)) ?? targetOf(catalog, tree));
  for (const [label, type] of labels)
    if (isUsed(catalog, tree, label, type, [...over, ...targetOf(catalog, tree)])) refuseLabel(label, catalog.types.get(type)?.name ?? '');
}

/** INSERT, UPDATE and DELETE name their table without a node of its own. */
function targetOf(catalog: Catalog, tree: unknown): readonly Relation[] {
  const statements = [
    ...within('InsertStmt', { tree }),
    ...within('UpdateStmt', { tree }),
    ...within('DeleteStmt', { tree }),
    ...within('MergeStmt', { tree }),
  ];
  return statements.flatMap(({ relation }) => (relation === undefined ? [] : (findRelation(catalog, nameOfRange(relation)) ?? [])));
}

function isUsed(catalog: Catalog, tree: unknown, label: string, type: Id, over: readonly Relation[]): boolean {
  const isOf = (ref: TypeRef | undefined): boolean => ref !== undefined && findType(catalog, ref)?.id === type;
  const hasColumn = over.some(({ columns }) => columns.some((column) => isOf(column.type)));
  const isColumnOf = (names: readonly string[]): boolean => over.some((relation) => isOf(columnNamed(relation, names.at(-1) ?? '')?.type));
  let used = false;
  walk({ tree }, (kind, body) => {
    if (kind === 'TypeCast') {
      const { arg, typeName } = body as { arg?: Node; typeName?: TypeName };
      if (constantOf(arg) !== label) return undefined;
      used ||= findType(catalog, qualified(stringsOf(typeName?.names)))?.id === type;
      return false;
    }
    if (kind === 'ResTarget') {
      const { name, val } = body as { name?: string; val?: Node };
      if (name === undefined || constantOf(val) !== label) return undefined;
      used ||= isColumnOf([name]);
      return false;
    }
    if (kind === 'A_Expr') {
      const { lexpr, rexpr } = body as { lexpr?: Node; rexpr?: Node };
      const names = stringsOf(as('ColumnRef', lexpr)?.fields ?? as('ColumnRef', rexpr)?.fields);
      if (names.length === 0) return undefined;
      used ||= isColumnOf(names) && within('A_Const', [lexpr, rexpr]).some((constant) => constant.sval?.sval === label);
      return false;
    }
    if (kind === 'A_Const') used ||= hasColumn && (body as { sval?: { sval?: string } }).sval?.sval === label;
    return undefined;
  });
  return used;
}

function refuseLabel(value: string, type: string): never {
  return refuse(
    `unsafe use of new value "${value}" of enum type ${type}: new enum values must be committed before they can be used`,
    'ALTER TYPE … ADD VALUE in a migration of its own, before the one that uses the value.',
  );
}
