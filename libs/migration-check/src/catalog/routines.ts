import type { AlterFunctionStmt, CreateFunctionStmt, DefineStmt, Node, TypeName } from 'libpg-query';
import { UNKNOWN } from '../resolve/type-system.ts';
import { all, as, optionsOf, stringsOf } from '../sql/node.ts';
import type { Routine, TypeRef } from './catalog.ts';
import { nextId } from './identity.ts';
import { qualified, routinesNamed, sameType, schemaFor, textOf, typeRef } from './lookup.ts';
import { refusedBody } from './routine-text.ts';
import { standsOn } from './routine-needs.ts';
import { refuse, type Work } from './work.ts';

const OUTPUT = new Set(['FUNC_PARAM_OUT', 'FUNC_PARAM_TABLE']);
const PSEUDO = new Set(['trigger', 'event_trigger', 'void', 'record', 'anyelement', 'anyarray', 'internal', 'language_handler']);

/** CREATE [OR REPLACE] FUNCTION or PROCEDURE; `source`: as written. */
export function createRoutine(work: Work, statement: CreateFunctionStmt, source: string): void {
  const name = qualified(stringsOf(statement.funcname));
  const schema = schemaFor(work, name.schema);
  const parameters = all('FunctionParameter', statement.parameters);
  const inputs = parameters.filter(({ mode }) => !OUTPUT.has(mode ?? '')).map(({ argType }) => typeRef(work, argType ?? {}));
  const options = optionsOf(statement.options);
  const routine: Routine = {
    ...{ id: nextId(), schema, name: name.name, kind: statement.is_procedure === true ? 'procedure' : 'function', arguments: inputs },
    returns: returnsOf(
      work,
      statement,
      parameters.some(({ mode }) => mode === 'FUNC_PARAM_TABLE'),
    ),
    language: (options.get('language') ?? 'sql').toLowerCase(),
    volatility: (options.get('volatility') ?? 'volatile') as Routine['volatility'],
    ...{ body: bodyOf(statement), source },
  };
  const old = routinesNamed(work.catalog, { schema, name: name.name }).find((one) => haveSameInputs(one, routine));
  if (old === undefined) {
    settleRoutine(work, statement, routine);
    return;
  }
  if (statement.replace !== true) refuse(`function "${name.name}" already exists with same argument types`);
  if (old.kind !== routine.kind) refuse(`cannot change routine kind`);
  if (!returnSame(old, routine))
    refuse('cannot change return type of existing function', 'DROP FUNCTION first, or make a function of another name.');
  settleRoutine(work, statement, { ...routine, id: old.id });
}

/** Its body is looked at after the routine is there: it may call itself. */
function settleRoutine({ catalog }: Work, statement: CreateFunctionStmt, routine: Routine): void {
  catalog.routines.set(routine.id, routine);
  if (statement.sql_body !== undefined)
    catalog.routines.set(routine.id, { ...routine, standsOn: standsOn(statement, statement.sql_body, routine, catalog) });
  const refused = catalog.checksBodies ? refusedBody(statement, routine, catalog) : null;
  if (refused !== null) refuse(refused);
}

function haveSameInputs(a: Routine, b: Routine): boolean {
  return (
    a.arguments.length === b.arguments.length &&
    a.arguments.every((type, i) => type.name === b.arguments[i]?.name && type.array === b.arguments[i].array)
  );
}

function returnSame({ returns: a }: Routine, { returns: b }: Routine): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  return sameType({ ...a, mods: [] }, { ...b, mods: [] });
}

function returnsOf(work: Work, { returnType }: CreateFunctionStmt, isTable: boolean): Routine['returns'] {
  if (isTable) return 'table';
  if (returnType === undefined) return null;
  const name = stringsOf(returnType.names).at(-1) ?? '';
  if (name === 'trigger') return 'trigger';
  return typeOf(work, returnType, name);
}

function typeOf(work: Work, typeName: TypeName, name: string): TypeRef {
  return PSEUDO.has(name) ? { schema: 'pg_catalog', name, mods: [], array: false } : typeRef(work, typeName);
}

function bodyOf({ options, sql_body }: CreateFunctionStmt): string {
  const as_ = all('DefElem', options).find(({ defname }) => defname === 'as')?.arg;
  if (as_ !== undefined) return stringsOf(as('List', as_)?.items)[0] ?? '';
  return sql_body === undefined ? '' : JSON.stringify(sql_body);
}

export function alterRoutine(work: Work, { func, actions }: AlterFunctionStmt): void {
  const name = qualified(stringsOf(func?.objname));
  const [routine, ...more] = routinesNamed(work.catalog, name);
  if (routine === undefined) refuse(`function ${textOf(name)} does not exist`);
  const volatility = optionsOf(actions).get('volatility');
  if (more.length === 0 && volatility !== undefined)
    work.catalog.routines.set(routine.id, { ...routine, volatility: volatility as Routine['volatility'] });
}

/** CREATE AGGREGATE; operators and the like are left out: queries that use them are not understood. */
export function define(work: Work, { kind, defnames, args }: DefineStmt): void {
  if (kind !== 'OBJECT_AGGREGATE') return;
  const name = qualified(stringsOf(defnames));
  const [list]: readonly (Node | undefined)[] = args ?? [];
  const inputs = all('FunctionParameter', as('List', list)?.items).map(({ argType }) => typeRef(work, argType ?? {}));
  const id = nextId();
  work.catalog.routines.set(id, {
    ...{ id, schema: schemaFor(work, name.schema), name: name.name, kind: 'aggregate', arguments: inputs, returns: UNKNOWN },
    ...{ language: 'internal', volatility: 'immutable', body: '', source: '' },
  });
}
