import type { ColumnDef, Constraint as Written, Node } from 'libpg-query';
import { canCoerce } from '../resolve/coercion.ts';
import { complaintAbout } from '../resolve/literal.ts';
import { keyOf, typeText, TypeSystem } from '../resolve/type-system.ts';
import { all, constantOf, stringsOf, within } from '../sql/node.ts';
import type { Catalog, Column, Relation, Sequence, TypeRef, UserType } from './catalog.ts';
import { analyse } from './expressions.ts';
import { nextId } from './identity.ts';
import { isImmutable } from './immutable.ts';
import { columnNamed, findType, typeRef } from './lookup.ts';
import { freeRelationName } from './names.ts';
import { requireUsableLabel } from './labels.ts';
import { setNumbers } from './sequence-numbers.ts';
import { refuse, type Work } from './work.ts';

const SERIALS: Readonly<Record<string, string>> = {
  ...{ serial: 'int4', serial4: 'int4', bigserial: 'int8', serial8: 'int8', smallserial: 'int2', serial2: 'int2' },
};

/** A column as it is written, and the constraints that stand with it. */
export interface WrittenColumn {
  readonly column: Column;
  /** CHECK, NOT NULL, UNIQUE, PRIMARY KEY, REFERENCES. */
  readonly constraints: readonly Written[];
  readonly isSerial: boolean;
  /** DEFAULT NULL counts: for foreign keys it makes a difference. */
  readonly hasDefault: boolean;
}

/** Reads a column of CREATE TABLE or ADD COLUMN; its expressions are looked at by `settleColumn`, when all columns are there. */
export function readColumn(work: Work, table: Relation, definition: ColumnDef): WrittenColumn {
  const name = definition.colname ?? '';
  if (columnNamed(table, name) !== undefined) refuse(`column "${name}" of relation "${table.name}" already exists`);
  const typeName = definition.typeName ?? refuse(`column "${name}" has no type`);
  const serial = (typeName.names?.length ?? 0) === 1 ? SERIALS[stringsOf(typeName.names)[0] ?? ''] : undefined;
  const type = serial === undefined ? typeRef(work, typeName) : { schema: 'pg_catalog', name: serial, mods: [], array: false };
  const column: Column = {
    ...{ id: nextId(), name, type, notNull: false, default: null, identity: null, generated: null },
    collation: definition.collClause === undefined ? null : stringsOf(definition.collClause.collname).join('.'),
  };
  const written = withAttributes(all('Constraint', definition.constraints));
  const constraints = written.filter((constraint) => !applyAttribute(column, constraint));
  if (serial !== undefined) column.default = nextvalOf(makeSequence(work, table, column));
  if (column.identity !== null) makeSequence(work, table, column, written.find(({ contype }) => contype === 'CONSTR_IDENTITY')?.options);
  if ((serial !== undefined || column.identity !== null) && !constraints.some(({ contype }) => contype === 'CONSTR_NOTNULL'))
    constraints.unshift({ contype: 'CONSTR_NOTNULL' });
  return {
    column,
    constraints,
    isSerial: serial !== undefined,
    hasDefault: written.some(({ contype }) => contype === 'CONSTR_DEFAULT' || contype === 'CONSTR_GENERATED'),
  };
}

/** DEFERRABLE and NOT ENFORCED stand behind what they are about. */
function withAttributes(constraints: readonly Written[]): readonly Written[] {
  const found: Written[] = [];
  for (const constraint of constraints) {
    const last = found.at(-1);
    if (constraint.contype?.startsWith('CONSTR_ATTR_') !== true || last === undefined) {
      found.push(constraint);
      continue;
    }
    if (constraint.contype === 'CONSTR_ATTR_NOT_ENFORCED') found[found.length - 1] = { ...last, is_enforced: false };
    if (constraint.contype === 'CONSTR_ATTR_DEFERRABLE') found[found.length - 1] = { ...last, deferrable: true };
  }
  return found;
}

/** Whether it is an attribute of the column itself. */
function applyAttribute(column: Column, { contype, raw_expr, generated_when, generated_kind }: Written): boolean {
  if (contype === 'CONSTR_DEFAULT') column.default = constantOf(raw_expr) === null ? null : (raw_expr ?? null);
  else if (contype === 'CONSTR_IDENTITY') column.identity = generated_when === 'a' ? 'always' : 'by default';
  else if (contype === 'CONSTR_GENERATED')
    column.generated = raw_expr === undefined ? null : { kind: generated_kind === 's' ? 'stored' : 'virtual', expression: raw_expr };
  else return contype === 'CONSTR_NULL';
  return true;
}

function makeSequence({ catalog }: Work, table: Relation, column: Column, options: readonly Node[] = []): string {
  const name = freeRelationName(catalog, table.schema, [table.name, column.name, 'seq']);
  const id = nextId();
  const sequence: Sequence = { id, schema: table.schema, name, ownedBy: { table: table.id, column: column.id } };
  setNumbers(sequence, options);
  catalog.sequences.set(id, sequence);
  return name;
}

/** SET … ADD GENERATED needs one too. */
export const addSequence = makeSequence;

function nextvalOf(sequence: string): Node {
  const text = { A_Const: { sval: { sval: sequence } } };
  const cast = { TypeCast: { arg: text, typeName: { names: [{ String: { sval: 'regclass' } }], typemod: -1 } } };
  return { FuncCall: { funcname: [{ String: { sval: 'nextval' } }], args: [cast] } };
}

/** Looks at the expressions of a column that is in its table. @throws what PostgreSQL would say of them. */
export function settleColumn(work: Work, table: Relation, column: Column): void {
  if (column.default !== null) checkDefault(work, column, column.default);
  if (column.generated === null) return;
  checkGenerated(work, table, column, column.generated.expression);
  if (column.generated.kind === 'virtual' && findDomain(work.catalog, column.type) !== null)
    refuse(`virtual generated column "${column.name}" cannot have a domain type`);
}

export function checkGenerated(work: Work, table: Relation, column: Column, expression: Node): void {
  const { columns, type } = analyse(work, expression, table);
  for (const used of table.columns)
    if (columns.includes(used.id) && used.generated !== null)
      refuse(`cannot use generated column "${used.name}" in column generation expression`);
  if (!isImmutable(work, expression, table)) refuse('generation expression is not immutable');
  mustFit(work, column, expression, type);
}

/** A default has no row to look at. */
export function checkDefault(work: Work, column: Column, expression: Node): void {
  if (within('ColumnRef', expression).length > 0) refuse('cannot use column reference in DEFAULT expression');
  if (within('SubLink', expression).length > 0) refuse('cannot use subquery in DEFAULT expression');
  requireUsableLabel(work, column.type, expression);
  const isSequence = within('FuncCall', expression).some(({ funcname }) => stringsOf(funcname).at(-1) === 'nextval');
  if (!isSequence) mustFit(work, column, expression, analyse(work, expression, null).type);
}

function mustFit(work: Work, column: Column, expression: Node, type: TypeRef | null): void {
  const types = new TypeSystem(work.catalog, work.catalog.searchPath);
  const to = keyOf(column.type);
  const literal = constantOf(expression);
  if (typeof literal === 'string') {
    const complaint = types.isKnown(to) ? complaintAbout(types, literal, to) : null;
    if (complaint !== null) refuse(complaint.message);
    return;
  }
  if (type === null) return;
  const from = keyOf(type);
  if (!types.isKnown(from) || !types.isKnown(to) || canCoerce(types, from, to, 'a')) return;
  if (work.catalog.casts.has(`${type.name}>${column.type.name}`)) return;
  const what = column.generated === null ? 'default' : 'generation';
  refuse(`column "${column.name}" is of type ${typeText(column.type)} but ${what} expression is of type ${typeText(type)}`);
}

/** The domain that a type is, itself or as elements. */
export function findDomain(catalog: Catalog, type: TypeRef): UserType | null {
  if (type.schema === 'pg_catalog') return null;
  const found = findType(catalog, type);
  return found?.kind === 'domain' ? found : null;
}

/** `DomainHasConstraints`: of itself or of a domain below it. */
export function hasDomainConstraints(catalog: Catalog, type: TypeRef): boolean {
  const domain = findDomain(catalog, type);
  if (domain === null || type.array) return false;
  return domain.notNull || domain.checks.length > 0 || (domain.base !== null && hasDomainConstraints(catalog, domain.base));
}

/** What a row gets that says nothing of the column: its own default, or else that of its domain. */
export function defaultOf(catalog: Catalog, { type, default: own }: Column): Node | null {
  return own ?? domainDefault(catalog, type);
}

function domainDefault(catalog: Catalog, type: TypeRef): Node | null {
  const domain = type.array ? null : findDomain(catalog, type);
  return domain === null ? null : (domain.default ?? (domain.base === null ? null : domainDefault(catalog, domain.base)));
}

/** A domain that refuses null, itself or by one below it. */
export function isNotNullDomain(catalog: Catalog, type: TypeRef): boolean {
  const domain = type.array ? null : findDomain(catalog, type);
  return domain !== null && (domain.notNull || (domain.base !== null && isNotNullDomain(catalog, domain.base)));
}
