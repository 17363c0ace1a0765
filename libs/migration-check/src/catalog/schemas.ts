import type {
  AlterSeqStmt,
  CommentStmt,
  CreateExtensionStmt,
  CreateSchemaStmt,
  CreateSeqStmt,
  CreateStatsStmt,
  Node,
  VariableSetStmt,
} from 'libpg-query';
import { all, as, constantOf, nameOf, stringsOf, within } from '../sql/node.ts';
import type { Sequence } from './catalog.ts';
import { isThere } from './create-table.ts';
import { applyNode } from './dispatch.ts';
import { nextId } from './identity.ts';
import { findSequence, nameOfRange, needColumn, needRelation, qualified, schemaFor, textOf } from './lookup.ts';
import { setNumbers } from './sequence-numbers.ts';
import { lock, refuse, type Work } from './work.ts';

export function createSchema(work: Work, { schemaname = '', schemaElts, if_not_exists }: CreateSchemaStmt): void {
  const { catalog } = work;
  if (catalog.schemas.has(schemaname)) {
    if (if_not_exists !== true) refuse(`schema "${schemaname}" already exists`);
    return;
  }
  catalog.schemas.add(schemaname);
  const outside = catalog.searchPath;
  catalog.searchPath = [schemaname, ...outside];
  for (const node of schemaElts ?? []) applyNode(work, { node, text: '', line: 1, offset: 0 });
  catalog.searchPath = outside;
}

export function createExtension({ catalog }: Work, { extname = '', if_not_exists }: CreateExtensionStmt): void {
  if (catalog.extensions.has(extname) && if_not_exists !== true) refuse(`extension "${extname}" already exists`);
  catalog.extensions.add(extname);
}

export function createSequence(work: Work, { sequence, options, if_not_exists }: CreateSeqStmt): void {
  const range = sequence ?? {};
  if (isThere(work, range, if_not_exists === true)) return;
  const schema = range.relpersistence === 't' ? 'pg_temp' : schemaFor(work, range.schemaname ?? null);
  const made: Sequence = { id: nextId(), schema, name: range.relname ?? '', ownedBy: null };
  work.catalog.sequences.set(made.id, made);
  setOwner(work, made, options);
  setNumbers(made, options);
}

export function alterSequence(work: Work, { sequence, options, missing_ok }: AlterSeqStmt): void {
  const name = nameOfRange(sequence ?? {});
  const found = findSequence(work.catalog, name);
  if (found === null) {
    if (missing_ok !== true) refuse(`relation "${textOf(name)}" does not exist`);
    return;
  }
  setOwner(work, found, options);
  setNumbers(found, options);
}

function setOwner(work: Work, sequence: Sequence, options: readonly Node[] | undefined): void {
  const owner = all('DefElem', options).find(({ defname }) => defname === 'owned_by');
  if (owner === undefined) return;
  const names = nameOf(owner.arg);
  if (names.length < 2) {
    sequence.ownedBy = null;
    return;
  }
  const table = needRelation(work, qualified(names.slice(0, -1)));
  sequence.ownedBy = { table: table.id, column: needColumn(table, names.at(-1) ?? '').id };
}

/** COMMENT: a weak lock on the table. */
export function comment(work: Work, { objtype, object }: CommentStmt): void {
  const names = nameOf(object);
  const isColumn = objtype === 'OBJECT_COLUMN';
  if (!isColumn && objtype !== 'OBJECT_TABLE' && objtype !== 'OBJECT_VIEW' && objtype !== 'OBJECT_MATVIEW') return;
  const table = needRelation(work, qualified(isColumn ? names.slice(0, -1) : names));
  lock(work, table.id, 'share update exclusive');
  if (isColumn) needColumn(table, names.at(-1) ?? '');
}

export function createStatistics(work: Work, { relations, exprs }: CreateStatsStmt): void {
  for (const range of all('RangeVar', relations)) {
    const table = needRelation(work, nameOfRange(range));
    lock(work, table.id, 'share update exclusive');
    for (const { name } of all('StatsElem', exprs)) if (name !== undefined) needColumn(table, name);
  }
}

const DEFAULT_PATH = ['public'];
const OFF = new Set(['off', 'false', 'no', '0']);

/** SET: only where names are looked for matters here. */
export function setVariable(work: Work, { kind, name, args, is_local }: VariableSetStmt): void {
  if (name === 'check_function_bodies') {
    work.catalog.checksBodies = !OFF.has(String(constantOf(args?.[0]) ?? 'on').toLowerCase());
    return;
  }
  if (name !== 'search_path' || (is_local === true && work.mode === 'none')) return;
  const named = (args ?? []).map((argument) => String(constantOf(argument) ?? ''));
  work.catalog.searchPath = kind === 'VAR_SET_VALUE' ? pathOf(named) : DEFAULT_PATH;
}

/** SELECT set_config('search_path', …), as pg_dump writes it. */
export function setConfig(work: Work, tree: unknown): void {
  for (const { funcname, args } of within('FuncCall', tree)) {
    if (stringsOf(funcname).at(-1) !== 'set_config' || constantOf(args?.[0]) !== 'search_path') continue;
    const value = constantOf(args?.[1]);
    const isLocal = as('A_Const', args?.[2])?.boolval?.boolval === true;
    if (typeof value === 'string' && !(isLocal && work.mode === 'none')) work.catalog.searchPath = pathOf(value.split(','));
  }
}

function pathOf(names: readonly string[]): readonly string[] {
  const plain = names
    .map((name) => name.trim().replaceAll('"', ''))
    .filter((name) => name !== '' && name !== '$user' && name !== 'pg_catalog');
  return plain;
}
