import type { Catalog, Id, Routine } from '../catalog/catalog.ts';
import { keyOf } from '../resolve/type-system.ts';
import type { Breakage } from './breakage.ts';
import { bodyFailure, bodyKey } from './routine-body.ts';

/** Why a routine that the previous release calls may not do what it did. */
interface RoutineChange {
  readonly verdict: Breakage['verdict'];
  readonly why: string;
}

/** null: it does. `called`: those that are called now. */
export function routineChange(before: Catalog, after: Catalog, id: Id, called: readonly Id[]): RoutineChange | null {
  const was = before.routines.get(id);
  if (was === undefined) return null;
  const name = `${was.kind} ${was.name}`;
  const now = called.includes(id) ? id : called.find((one) => after.routines.get(one)?.name === was.name);
  const is = now === undefined ? undefined : after.routines.get(now);
  if (is === undefined) return { verdict: 'unsafe', why: `${name} is not what it calls any more` };
  if (!isSame(was, is)) return { verdict: 'unsafe', why: now === id ? `${name} has another body` : `another ${name} is called now` };
  const failure = bodyFailure(was, before, after);
  if (failure !== null) return { verdict: 'unsafe', why: `${name} fails: ${failure}` };
  const names = changedNames(before, after);
  const touched = wordsIn(is.body).find((word) => names.has(word));
  return touched === undefined ? null : { verdict: 'unknown', why: `${name} names "${touched}", which has changed` };
}

function isSame(a: Routine, b: Routine): boolean {
  const shape = ({ language, arguments: args, returns }: Routine): string =>
    JSON.stringify([language, args.map(keyOf), returns === null || typeof returns === 'string' ? returns : keyOf(returns)]);
  if (shape(a) !== shape(b)) return false;
  return a.body.trim() === b.body.trim() || (bodyKey(a) !== null && bodyKey(a) === bodyKey(b));
}

function wordsIn(body: string): readonly string[] {
  return [...body.matchAll(/"([^"]+)"|([\p{L}_][\p{L}\p{N}_$]*)/gu)].map(([, quoted, plain = '']) => quoted ?? plain.toLowerCase());
}

/** Names of relations and columns that mean something else after, or nothing, or that are of another type. */
function changedNames(before: Catalog, after: Catalog): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const { id, name, columns } of before.relations.values()) {
    const now = after.relations.get(id);
    if (now?.name !== name) changed.add(name);
    for (const column of columns) {
      const same = now?.columns.find((one) => one.id === column.id);
      if (same?.name !== column.name || keyOf(same.type) !== keyOf(column.type)) changed.add(column.name);
    }
  }
  return changed;
}
