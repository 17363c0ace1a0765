import { type CallStmt, type DoStmt, parsePlPgSQLSync } from 'libpg-query';
import { optionsOf, stringsOf, within } from '../sql/node.ts';
import { type Statement, statementsOf, UnreadableSql } from '../sql/statement.ts';
import type { Relation, Routine } from './catalog.ts';
import { applyNode } from './dispatch.ts';
import { qualified, routinesNamed, textOf } from './lookup.ts';
import { Refusal, refuse, unreadable, type Work } from './work.ts';

/** Statements of PL/pgSQL that may run their inside any number of times, or never. */
const GUARDS = new Set(
  ['if', 'case', 'loop', 'while', 'fori', 'fors', 'forc', 'dynfors', 'foreach_a'].map((name) => `PLpgSQL_stmt_${name}`),
);
const DYNAMIC = new Set(['dynexecute', 'dynfors'].map((name) => `PLpgSQL_stmt_${name}`));
const DEEPEST = 8;

/** Routines that are being followed, so that none is followed into itself. */
const running: string[] = [];

/** DO: its static SQL in the order of the text, whatever its conditions are. */
export function runBlock(work: Work, { args }: DoStmt, text: string): void {
  const language = optionsOf(args).get('language') ?? 'plpgsql';
  if (language === 'plpgsql') follow(work, text, 'a DO block');
  else unreadable(work, `a DO block in ${language} cannot be followed`);
}

export function call(work: Work, { funccall }: CallStmt): void {
  const name = qualified(stringsOf(funccall?.funcname));
  const routines = routinesNamed(work.catalog, name).filter(({ kind }) => kind === 'procedure');
  if (routines.length === 0) refuse(`procedure ${textOf(name)} does not exist`);
  for (const routine of routines) runRoutine(work, routine);
}

/** Functions of the schema that a query calls and that may do anything. */
export function runCalls(work: Work, tree: unknown): void {
  for (const { funcname } of within('FuncCall', tree))
    for (const routine of routinesNamed(work.catalog, qualified(stringsOf(funcname))))
      if (routine.volatility === 'volatile' && routine.kind === 'function') runRoutine(work, routine);
}

/** Functions that a change of rows sets off. */
export function runTriggers(work: Work, { triggers }: Relation, change: 'insert' | 'update' | 'delete'): void {
  for (const { enabled, events, routine } of triggers) {
    if (!enabled || !events.includes(change)) continue;
    const [schema = null, name = ''] = routine.split('.');
    for (const one of routinesNamed(work.catalog, { schema, name })) if (one.returns === 'trigger') runRoutine(work, one);
  }
}

function runRoutine(work: Work, { schema, name, language, body, source }: Routine): void {
  const key = `${schema}.${name}`;
  if (running.includes(key) || running.length >= DEEPEST) return;
  running.push(key);
  try {
    if (language === 'plpgsql') follow(work, source, `the function ${name}`, true);
    else if (language === 'sql') {
      if (body.startsWith('{'))
        for (const one of within('List', JSON.parse(body)))
          for (const node of one.items ?? []) attempt(work, { node, text: '', line: 1, offset: 0 }, true);
      else runText(work, body, true);
    } else unreadable(work, `the function ${name} in ${language} cannot be followed`);
  } finally {
    running.pop();
  }
}

function follow(work: Work, source: string, what: string, guarded = false): void {
  let tree: unknown;
  try {
    tree = parsePlPgSQLSync(source);
  } catch (error) {
    unreadable(work, `${what} is not understood: ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  visit(work, tree, { guarded, dynamic: false });
}

interface Around {
  readonly guarded: boolean;
  readonly dynamic: boolean;
}

/** Goes through PL/pgSQL's tree; every expression in it is SQL. */
function visit(work: Work, value: unknown, around: Around): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(work, item, around);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'PLpgSQL_expr') runExpression(work, inner as { query?: string; parseMode?: number }, around);
    else if (key === 'PLpgSQL_stmt_block') visit(work, inner, { ...around, guarded: around.guarded || hasHandler(inner) });
    else if (DYNAMIC.has(key)) visitDynamic(work, inner as Readonly<Record<string, unknown>>, around);
    else if (key !== 'dynquery') visit(work, inner, { ...around, guarded: around.guarded || GUARDS.has(key) });
    else visit(work, inner, { ...around, dynamic: true });
  }
}

function hasHandler(block: unknown): boolean {
  return typeof block === 'object' && block !== null && 'exceptions' in block;
}

function visitDynamic(work: Work, { query, ...rest }: Readonly<Record<string, unknown>>, around: Around): void {
  visit(work, query, { ...around, dynamic: true });
  visit(work, rest, { ...around, guarded: around.guarded || 'body' in rest });
}

/** `parseMode` of PL/pgSQL: 0 a statement, 2 an expression, 3 and more an assignment. */
function runExpression(
  work: Work,
  { query = '', parseMode = 0 }: { query?: string; parseMode?: number },
  { guarded, dynamic }: Around,
): void {
  if (!dynamic) {
    runText(work, parseMode === 0 ? query : `SELECT ${parseMode === 2 ? query : query.replace(/^.*?:?=/su, '')}`, guarded);
    return;
  }
  // Also of a constant: whoever writes SQL that way keeps it from being read, and nobody has to guess which texts are constants.
  unreadable(work, `EXECUTE ${query.slice(0, 80)} runs text that is only made when it runs`);
}

function runText(work: Work, text: string, guarded: boolean): void {
  let statements: readonly Statement[];
  try {
    statements = statementsOf(text);
  } catch (error) {
    if (!(error instanceof UnreadableSql)) throw error;
    unreadable(work, `${text.slice(0, 80)} is not understood: ${error.reason}`);
    return;
  }
  for (const statement of statements) attempt(work, statement, guarded);
}

/** A statement that may not be reached, or whose failure may be caught, does nothing where it fails. */
function attempt(work: Work, statement: Statement, guarded: boolean): void {
  const inner: Work = { ...work, effects: [] };
  try {
    applyNode(inner, statement);
  } catch (error) {
    if (!guarded || !(error instanceof Refusal)) throw error;
    return;
  }
  work.effects.push(...inner.effects.filter(({ what }) => !guarded || what !== 'failure'));
}
