import type { Node } from 'libpg-query';
import type { Analysis, Output, Typed } from './analysis.ts';
import { itemNamed } from './column-reference.ts';
import { fieldNames, fieldOf } from './expression.ts';
import { wordsOf } from './names.ts';
import { refuse } from './refusal.ts';
import { type Item, opaque, type Scope, type ScopeColumn } from './scope.ts';
import { resultName } from './result-name.ts';

/** The result columns of SELECT or RETURNING. */
export function targets(analysis: Analysis, scope: Scope, nodes: readonly Node[]): readonly Output[] {
  return nodes.flatMap((node) =>
    'ResTarget' in node && node.ResTarget.val ? target(analysis, scope, node.ResTarget.val, node.ResTarget.name) : [],
  );
}

function target(analysis: Analysis, scope: Scope, node: Node, name: string | undefined): readonly Output[] {
  const last =
    'ColumnRef' in node ? node.ColumnRef.fields?.at(-1) : 'A_Indirection' in node ? node.A_Indirection.indirection?.at(-1) : undefined;
  if (last === undefined || !('A_Star' in last)) return [expressionOutput(analysis, scope, node, name)];
  if ('ColumnRef' in node) return starOf(analysis, scope, wordsOf(node.ColumnRef.fields));
  return 'A_Indirection' in node ? fieldsOf(analysis, scope, node.A_Indirection.arg) : [];
}

/** One expression, with all that it reads. */
function expressionOutput(analysis: Analysis, scope: Scope, node: Node, name: string | undefined): Output {
  const before = analysis.log.length;
  const typed = analysis.expression(scope, node);
  const sources = [...new Set(analysis.log.slice(before))];
  return outputOf(typed, name ?? resultName(node), sources, node);
}

function outputOf(typed: Typed, name: string, sources: ScopeColumn['sources'], node: Node | null): Output {
  const { type, reference, nullable } = typed;
  return { name, type, column: reference?.column ?? null, sources, nullable, star: false, typed, node };
}

/** `*`, `t.*`. What it brings is read by whoever uses the result. */
function starOf(analysis: Analysis, scope: Scope, words: readonly string[]): readonly Output[] {
  const bare = scope.items.filter((item) => item.bare && !item.lateralOnly);
  if (words.length === 0 && bare.length === 0) refuse('42601', 'SELECT * with no tables specified is not valid');
  const items = words.length === 0 ? bare : [itemNamed(scope, words).item];
  return items.flatMap((item) => starOfItem(analysis, item));
}

function starOfItem(analysis: Analysis, { columns, open }: Item): readonly Output[] {
  const more = open ? [opaque('*')] : [];
  return [...columns, ...more].map((column) => {
    const typed: Typed = { type: analysis.known(column.type), reference: column, nullable: column.nullable };
    return { ...outputOf(typed, column.name, column.sources, null), type: column.type, star: true };
  });
}

/** `(row).*` */
function fieldsOf(analysis: Analysis, scope: Scope, arg: Node | undefined): readonly Output[] {
  if (arg === undefined) return [];
  const before = analysis.log.length;
  const typed = analysis.expression(scope, arg);
  const sources = [...new Set(analysis.log.slice(before))];
  const names = fieldNames(analysis, typed) ?? ['*'];
  return names.map((name) => outputOf(name === '*' ? { type: null, nullable: true } : fieldOf(analysis, typed, name), name, sources, null));
}
