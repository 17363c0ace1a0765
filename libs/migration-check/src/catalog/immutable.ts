import type { FuncCall, Node } from 'libpg-query';
import { constantOf, stringsOf, within } from '../sql/node.ts';
import type { Relation, TypeRef } from './catalog.ts';
import { analyse } from './expressions.ts';
import { typeRef } from './lookup.ts';
import { volatilityOf } from './volatility.ts';
import type { Work } from './work.ts';

const MOMENTS = new Set(['timestamptz', 'timetz', 'date', 'timestamp', 'time', 'interval']);
/** Their output depends on DateStyle, IntervalStyle or the time zone. */
const STRINGS = new Set(['text', 'varchar', 'bpchar', 'name']);
/** Of these only the form with a time zone's type is stable, or that with a date, which becomes one. */
const ZONED = new Map<string, readonly string[]>([
  ['date_trunc', ['timestamptz', 'date']],
  ['date_part', ['timestamptz']],
  ['extract', ['timestamptz']],
  ['age', ['timestamptz']],
  ['date_add', ['timestamptz']],
  ['date_subtract', ['timestamptz']],
]);
/** With one argument they go by the session's configuration. */
const CONFIGURED = new Set(['to_tsvector', 'plainto_tsquery', 'phraseto_tsquery', 'websearch_to_tsquery', 'to_tsquery']);

/** `contain_mutable_functions`, as far as types are known: what an index and a generated column may not be made of. */
export function isImmutable(work: Work, expression: Node, table: Relation): boolean {
  if (volatilityOf(work.catalog, expression) !== 'immutable') return false;
  if (within('FuncCall', expression).some((call) => isZoned(work, call, table))) return false;
  return within('TypeCast', expression).every(({ arg, typeName }) => {
    if (arg === undefined || typeName === undefined || constantOf(arg) !== undefined) return true;
    const from = analyse(work, arg, table).type;
    return from === null || !isMutableCast(work, from, typeRef(work, typeName));
  });
}

function isZoned(work: Work, { funcname, args = [] }: FuncCall, table: Relation): boolean {
  const name = stringsOf(funcname).at(-1) ?? '';
  if (CONFIGURED.has(name)) return args.length === 1;
  const zoned = ZONED.get(name);
  // date_trunc with the name of a time zone does not ask the session for one.
  if (zoned === undefined || args.length > 2) return false;
  const argument = args.at(-1);
  const type = argument === undefined ? null : analyse(work, argument, table).type;
  return type !== null && zoned.includes(type.name);
}

function isMutableCast({ catalog }: Work, from: TypeRef, to: TypeRef): boolean {
  if (from.array || to.array || from.name === to.name) return false;
  const isEnum = [...catalog.types.values()].some(
    ({ kind, schema, name }) => kind === 'enum' && schema === from.schema && name === from.name,
  );
  if (isEnum) return STRINGS.has(to.name);
  if (STRINGS.has(from.name)) return MOMENTS.has(to.name);
  if (STRINGS.has(to.name)) return MOMENTS.has(from.name);
  return (from.name === 'timestamptz' || to.name === 'timestamptz') && MOMENTS.has(from.name) && MOMENTS.has(to.name);
}
