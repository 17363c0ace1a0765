import type { Node } from 'libpg-query';
import type { TypeRef } from '../catalog/catalog.ts';
import type { Analysis, Output, Typed } from './analysis.ts';
import { coerce } from './coerce.ts';
import { wordsOf } from './names.ts';
import { refuse } from './refusal.ts';
import type { Scope } from './scope.ts';
import { builtIn, typeText, UNKNOWN } from './type-system.ts';

/** What an item of ORDER BY, GROUP BY or DISTINCT ON means; node null: a column of `*`. */
export interface Matched {
  readonly node: Node | null;
  readonly typed: Typed | null;
}

/** Types without an order or an equality. */
const INCOMPARABLE = new Set(['json', 'xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle']);

/** Throws 42883. */
export function checkComparable(type: TypeRef | null): void {
  if (type?.schema === 'pg_catalog' && INCOMPARABLE.has(type.name)) {
    refuse('42883', `could not identify an equality operator for type ${typeText(type)}`);
  }
}

export function matched(
  analysis: Analysis,
  scope: Scope,
  clause: readonly Node[],
  output: readonly Output[],
  what: string,
): readonly Matched[] {
  return clause.flatMap((item): readonly Matched[] => {
    const node = 'SortBy' in item ? item.SortBy.node : item;
    if (node === undefined) return [];
    if ('GroupingSet' in node) return matched(analysis, scope, node.GroupingSet.content ?? [], output, what);
    if (what === 'GROUP BY' && 'RowExpr' in node) return matched(analysis, scope, node.RowExpr.args ?? [], output, what);
    const one = match(analysis, scope, node, output, what);
    checkComparable(one.typed?.type ?? null);
    return [one];
  });
}

/** `findTargetlistEntrySQL92`: by name, by number, or an expression. Throws 42P10 and 42702. */
function match(analysis: Analysis, scope: Scope, node: Node, output: readonly Output[], what: string): Matched {
  if ('A_Const' in node && node.A_Const.ival !== undefined) {
    const found = output[(node.A_Const.ival.ival ?? 0) - 1];
    return found === undefined ? refuse('42P10', `${what} position is not in select list`) : ofOutput(analysis, found);
  }
  const words = 'ColumnRef' in node ? wordsOf(node.ColumnRef.fields) : [];
  const [name] = words;
  if (name !== undefined && words.length === 1 && !(what === 'GROUP BY' && scope.bareColumn(name, false) !== null)) {
    const named = output.filter((column) => column.name === name);
    const [first] = named;
    if (first !== undefined) {
      if (named.some((column) => !isSame(analysis, column, first))) refuse('42702', `${what} "${name}" is ambiguous`);
      return ofOutput(analysis, first);
    }
  }
  const typed = analysis.expression(scope, node);
  return { node, typed: typed.type === UNKNOWN ? coerce(analysis, typed, builtIn('text'), 'i') : typed };
}

function ofOutput(analysis: Analysis, output: Output): Matched {
  if (output.star) analysis.read(output);
  analysis.names.push({ location: -1, column: output.column?.id ?? null, sources: output.sources.map(({ id }) => id) });
  return { node: output.node, typed: output.typed };
}

function isSame(analysis: Analysis, a: Output, b: Output): boolean {
  const reference = a.typed.reference;
  if (reference !== undefined || b.typed.reference !== undefined) return reference === b.typed.reference;
  return expressionKey(analysis, a.node) === expressionKey(analysis, b.node);
}

/** Equal for expressions that mean the same, however their columns are written. */
export function expressionKey({ bindings }: Analysis, node: Node | null): string {
  const numbers = new Map<unknown, number>();
  for (const { column } of bindings.values()) if (!numbers.has(column)) numbers.set(column, numbers.size);
  return JSON.stringify(node, (key, value: unknown) => {
    if (key.includes('location')) return undefined;
    const binding = bindings.get(value);
    return binding === undefined ? value : `column ${String(numbers.get(binding.column))}`;
  });
}
