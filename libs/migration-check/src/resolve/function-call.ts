import type { FuncCall, WindowDef } from 'libpg-query';
import type { Analysis, Typed } from './analysis.ts';
import { call } from './call.ts';

import { coerce, coerceToBoolean } from './coerce.ts';
import { wordsOf } from './names.ts';
import { refuse } from './refusal.ts';
import type { Scope } from './scope.ts';
import { builtIn, keyOf, UNKNOWN } from './type-system.ts';

/** Never null where their arguments are not. */
const NOT_NULL = new Set([
  ...[
    'now',
    'clock_timestamp',
    'statement_timestamp',
    'transaction_timestamp',
    'gen_random_uuid',
    'uuidv4',
    'uuidv7',
    'uuid_generate_v4',
    'uuid_generate_v1',
  ],
  ...[
    'random',
    'nextval',
    'currval',
    'lower',
    'upper',
    'md5',
    'length',
    'char_length',
    'concat',
    'btrim',
    'ltrim',
    'rtrim',
    'abs',
    'round',
    'floor',
    'ceil',
  ],
  ...[
    'date_trunc',
    'to_char',
    'left',
    'right',
    'substr',
    'replace',
    'encode',
    'decode',
    'digest',
    'count',
    'row_number',
    'rank',
    'dense_rank',
    'date',
    'timezone',
  ],
  ...[
    'jsonb_build_object',
    'json_build_object',
    'jsonb_build_array',
    'json_build_array',
    'to_jsonb',
    'to_json',
    'initcap',
    'lpad',
    'rpad',
    'repeat',
  ],
]);

export function functionCall(analysis: Analysis, scope: Scope, node: FuncCall): Typed {
  const words = wordsOf(node.funcname);
  const name = words.at(-1) ?? '';
  const nodes = node.args ?? [];
  const args = nodes.map((arg) => analysis.expression(scope, arg));
  const ordering = (node.agg_order ?? []).flatMap((sort) => ('SortBy' in sort && sort.SortBy.node ? [sort.SortBy.node] : []));
  const ordered = ordering.map((one) => analysis.expression(scope, one));
  if (node.agg_filter !== undefined) coerceToBoolean(analysis, analysis.expression(scope, node.agg_filter), 'FILTER');
  const last = args.at(-1)?.type ?? null;
  if (node.func_variadic === true && last !== null && last !== UNKNOWN && analysis.types.element(keyOf(last)) === null) {
    refuse('42804', 'VARIADIC argument must be an array');
  }
  const { type, signature } = call(analysis, {
    schema: words.length > 1 ? (words.at(-2) ?? null) : null,
    name,
    args: node.agg_within_group === true ? [...args, ...ordered] : args,
    byName: nodes.some((arg) => 'NamedArgExpr' in arg),
    variadic: node.func_variadic ?? false,
  });
  for (const one of ordered) if (one.type === UNKNOWN) coerce(analysis, one, builtIn('text'), 'i');
  if (node.over !== undefined) windowOf(analysis, scope, node.over);
  else if (signature?.kind === 'aggregate') {
    scope.aggregated = true;
    analysis.aggregates.add(node);
  }
  if (node.over !== undefined || signature?.kind === 'aggregate' || signature?.set === true) analysis.manifold.add(node);
  const nullable = !NOT_NULL.has(name) || (name !== 'count' && name !== 'concat' && args.some((arg) => arg.nullable));
  return { type, nullable, set: signature?.set ?? false, outs: signature?.columns ?? [] };
}

/** `OVER (…)`, `OVER w`, WINDOW. */
export function windowOf(
  analysis: Analysis,
  scope: Scope,
  { name, refname, partitionClause, orderClause, startOffset, endOffset }: WindowDef,
): void {
  const base = refname ?? (partitionClause === undefined && orderClause === undefined ? name : undefined);
  if (base !== undefined && !scope.windows.has(base)) refuse('42704', `window "${base}" does not exist`);
  for (const one of partitionClause ?? []) analysis.expression(scope, one);
  for (const one of orderClause ?? []) if ('SortBy' in one && one.SortBy.node) analysis.expression(scope, one.SortBy.node);
  for (const one of [startOffset, endOffset]) if (one !== undefined) analysis.expression(scope, one);
}
