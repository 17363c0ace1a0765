import type { A_Expr, Node } from 'libpg-query';
import type { Analysis, Typed } from './analysis.ts';
import { coerce, coerceToCommon } from './coerce.ts';
import { wordsOf } from './names.ts';
import { operate } from './operate.ts';
import { Refusal, refuse } from './refusal.ts';
import type { Scope } from './scope.ts';
import { builtIn, keyOf, refOf, UNKNOWN } from './type-system.ts';

const BOOL = builtIn('bool');

/** `a op b` in all its forms. */
export function compare(analysis: Analysis, scope: Scope, expression: A_Expr): Typed {
  const { kind, lexpr, rexpr } = expression;
  const name = wordsOf(expression.name).at(-1) ?? '=';
  const left = (): Typed => (lexpr === undefined ? { type: null, nullable: true } : analysis.expression(scope, lexpr));
  const right = (): Typed => (rexpr === undefined ? { type: null, nullable: true } : analysis.expression(scope, rexpr));
  switch (kind) {
    case 'AEXPR_IN':
      return inList(analysis, scope, name, left(), listOf(rexpr));
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM':
      return between(
        analysis,
        left(),
        listOf(rexpr).map((one) => analysis.expression(scope, one)),
      );
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL':
      return withArray(analysis, name, left(), right());
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT': {
      const [a, b] = analysis.safely(() => [left(), right()] as const);
      pair(analysis, '=', a, b);
      return { type: BOOL, nullable: false };
    }
    case 'AEXPR_NULLIF': {
      const { operand } = operate(analysis, '=', left(), right());
      return { type: operand, nullable: true };
    }
    case 'AEXPR_OP':
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
    case 'AEXPR_SIMILAR':
    case undefined:
    default:
      return lexpr === undefined ? operate(analysis, name, null, right()) : pair(analysis, name, left(), right());
  }
}

function listOf(node: Node | undefined): readonly Node[] {
  return node !== undefined && 'List' in node ? (node.List.items ?? []) : [];
}

/** Rows are compared one by one. */
export function pair(analysis: Analysis, name: string, left: Typed, right: Typed): Typed {
  const { row: a } = left;
  const { row: b } = right;
  if (a === undefined || b === undefined || !isRecord(left) || !isRecord(right)) return operate(analysis, name, left, right);
  if (a.length !== b.length) refuse('42601', 'unequal number of entries in row expressions');
  for (const [i, one] of a.entries()) operate(analysis, name, one, b[i] ?? one);
  return { type: BOOL, nullable: true };
}

function isRecord({ type }: Typed): boolean {
  return type !== null && keyOf(type) === 'record';
}

function between(analysis: Analysis, subject: Typed, [low, high]: readonly Typed[]): Typed {
  if (low !== undefined) operate(analysis, '>=', subject, low);
  if (high !== undefined) operate(analysis, '<=', subject, high);
  return { type: BOOL, nullable: subject.nullable };
}

/** Constants get one type with the left side, as `= ANY (ARRAY[...])`; everything else is compared one by one. */
function inList(analysis: Analysis, scope: Scope, name: string, left: Typed, items: readonly Node[]): Typed {
  const constants: Typed[] = [];
  const others: Typed[] = [];
  for (const item of items) {
    const before = analysis.log.length;
    const typed = analysis.expression(scope, item);
    (analysis.log.length === before && typed.row === undefined ? constants : others).push(typed);
  }
  const together = constants.length > 1 ? commonWith(analysis, left, constants) : null;
  for (const one of together === null ? [...constants, ...others] : others) pair(analysis, name, left, one);
  if (together !== null) operate(analysis, name, left, together);
  return { type: BOOL, nullable: left.nullable };
}

/** null: there is no type that all of them have. */
function commonWith(analysis: Analysis, left: Typed, constants: readonly Typed[]): Typed | null {
  if ([left, ...constants].some(({ type }) => type === null)) return null;
  const probe = (typed: Typed): Typed => ({ type: typed.type, nullable: typed.nullable });
  let type: Typed['type'];
  try {
    type = coerceToCommon(analysis, [left, ...constants].map(probe), 'IN');
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
  for (const one of constants) coerce(analysis, one, type, 'i');
  return { type, nullable: false };
}

/** `a = ANY (array)` */
function withArray(analysis: Analysis, name: string, left: Typed, right: Typed): Typed {
  const { types } = analysis;
  if (right.type === null) {
    if (left.parameter !== undefined) coerce(analysis, left, null, 'i');
    return { type: BOOL, nullable: true };
  }
  if (right.type !== UNKNOWN) {
    const element = types.element(keyOf(right.type));
    if (element === null) return refuse('42809', 'op ANY/ALL (array) requires array on right side');
    operate(analysis, name, left, { type: analysis.known(refOf(element)), nullable: true });
    return { type: BOOL, nullable: true };
  }
  // An untyped array gets the type of what the operator takes on its right side.
  operate(analysis, name, left, { type: UNKNOWN, nullable: true });
  const element = left.type === null ? null : left.type === UNKNOWN ? builtIn('text') : refOf(types.base(keyOf(left.type)));
  const target = element === null ? null : { ...(element.name === 'varchar' ? builtIn('text') : element), array: true };
  coerce(analysis, right, target, 'i');
  return { type: BOOL, nullable: true };
}
