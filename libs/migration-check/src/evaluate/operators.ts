import type { Catalog } from '../catalog/catalog.ts';
import {
  familyOf,
  FALSE,
  fault,
  keyOf,
  known,
  nothing,
  nullable,
  ofTruths,
  open,
  plainText,
  TRUE,
  type Abstract,
  type Truths,
} from './abstract.ts';
import { compare, isComparison, sizesOf } from './compare.ts';
import { convert } from './convert.ts';
import { likePattern, regularExpression } from './pattern.ts';
import { not } from './truth.ts';

/** Gives a string without a type the type of the other side. */
export function alike(a: Abstract, b: Abstract, catalog: Catalog): readonly [Abstract, Abstract] {
  return [typed(a, b, catalog), typed(b, a, catalog)];
}

function typed(value: Abstract, other: Abstract, catalog: Catalog): Abstract {
  if (value.kind !== 'known' || value.type !== 'unknown' || other.kind === 'null' || other.kind === 'fault') return value;
  if (other.kind === 'array') {
    const item = other.items.find(({ kind }) => kind === 'known');
    const name = item?.kind === 'known' ? item.type : 'text';
    return convert(value, { schema: '', name, mods: [], array: true }, catalog);
  }
  if (other.type === 'unknown') return value;
  const array = other.type.endsWith('[]');
  const name = array ? other.type.slice(0, -2) : other.type;
  return convert(value, { schema: familyOf(name) === 'other' ? '' : 'pg_catalog', name, mods: [], array }, catalog);
}

const AS_THEY_ARE = new Set(['||', '->', '->>', '~~', '!~~', '~~*', '!~~*', '~', '!~', '~*', '!~*']);

/** `a name b`, for the operators that a CHECK or a default is made of; anything else is some value. */
export function operate(name: string, left: Abstract, right: Abstract, catalog: Catalog): Abstract {
  const operator = name === '!=' ? '<>' : name;
  const [a, b] = AS_THEY_ARE.has(operator) ? [left, right] : alike(left, right, catalog);
  if (a.kind === 'fault') return a;
  if (b.kind === 'fault') return b;
  if (isComparison(operator)) return ofTruths(compare(operator, a, b));
  if (a.kind === 'null' || b.kind === 'null') return nothing;
  const member = operator === '->>' ? memberOf(a, b) : null;
  if (member !== null) return member;
  const matched = matchOf(operator, a, b);
  if (matched !== null) return matched;
  if (operator === '||') return joinedText(a, b);
  if (['+', '-', '*', '/', '%'].includes(operator)) return arithmetic(operator, a, b);
  const bool = ['@>', '<@', '&&', '?', '?|', '?&', '@@'].includes(operator);
  return open(bool ? 'bool' : 'unclear', { nullable: nullable(a) || nullable(b) || !bool, symbol: `${keyOf(a)}${operator}${keyOf(b)}` });
}

const LIKES: Readonly<Record<string, readonly [boolean, boolean]>> = {
  ...{ '~~': [true, false], '!~~': [false, false], '~~*': [true, true], '!~~*': [false, true] },
};
const MATCHES: Readonly<Record<string, readonly [boolean, boolean]>> = {
  ...{ '~': [true, false], '!~': [false, false], '~*': [true, true], '!~*': [false, true] },
};

function matchOf(operator: string, a: Abstract, b: Abstract): Abstract | null {
  const [positive, ignoreCase] = LIKES[operator] ?? MATCHES[operator] ?? [];
  if (positive === undefined || ignoreCase === undefined) return null;
  const some = open('bool', { nullable: nullable(a) || nullable(b), symbol: `${keyOf(a)}${operator}${keyOf(b)}` });
  if (a.kind !== 'known' || b.kind !== 'known') return some;
  const [text, pattern] = [String(a.value), String(b.value)];
  const expression = operator in LIKES ? likePattern(pattern, ignoreCase) : regularExpression(pattern, text, ignoreCase);
  if (expression === null) return some;
  const truths: Truths = expression.test(text) ? TRUE : FALSE;
  return ofTruths(positive ? truths : not(truths));
}

/** `json ->> 'key'` of what is known to be an object with simple values; null: nobody can say. */
function memberOf(a: Abstract, b: Abstract): Abstract | null {
  if (a.kind !== 'known' || b.kind !== 'known' || typeof a.value !== 'string' || typeof b.value !== 'string') return null;
  if (a.type !== 'json' && a.type !== 'jsonb') return null;
  const object: unknown = JSON.parse(a.value);
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return nothing;
  const value = (object as Readonly<Record<string, unknown>>)[b.value];
  if (value === undefined || value === null) return nothing;
  if (typeof value === 'string') return known(value, 'text');
  if (typeof value === 'number') return Number.isSafeInteger(value) ? known(String(value), 'text') : null;
  return typeof value === 'boolean' ? known(String(value), 'text') : null;
}

function joinedText(a: Abstract, b: Abstract): Abstract {
  if (a.kind === 'known' && b.kind === 'known' && [a, b].every(({ type, now }) => !now && ['text', 'number'].includes(familyOf(type)))) {
    return known(`${plainText(a)}${plainText(b)}`, 'text');
  }
  const [from, to] = [sizesOf(a), sizesOf(b)];
  return open('text', {
    ...{ nullable: nullable(a) || nullable(b), symbol: `${keyOf(a)}||${keyOf(b)}` },
    ...{ shortest: from[0] + to[0], longest: from[1] + to[1], fresh: [a, b].some((one) => one.kind === 'open' && one.fresh) },
  });
}

function arithmetic(operator: string, a: Abstract, b: Abstract): Abstract {
  const facts = { nullable: nullable(a) || nullable(b), symbol: `(${keyOf(a)}${operator}${keyOf(b)})` };
  if (b.kind === 'known' && b.value === 0 && (operator === '/' || operator === '%')) return fault('22012', 'division by zero');
  if (a.kind === 'array' || b.kind === 'array' || a.kind === 'fault' || b.kind === 'fault' || a.kind === 'null' || b.kind === 'null') {
    return open('unclear', facts);
  }
  const type = resultType(operator, a.type, b.type);
  if (a.kind === 'known' && b.kind === 'known' && typeof a.value === 'number' && typeof b.value === 'number' && type !== 'unclear') {
    if (a.now && b.now) return operator === '-' ? known(a.value - b.value, 'interval') : open('unclear', facts);
    const value = calculated(operator, a.value, b.value, type.startsWith('int') && type !== 'interval');
    return value === null ? open(type, facts) : known(value, type, a.now || b.now);
  }
  const family = familyOf(type);
  if ((operator !== '+' && operator !== '-') || family === 'other' || family === 'text') return open(type, facts);
  const [from, to] = [boundsOf(a), boundsOf(b)];
  if (operator === '+') return open(type, { ...facts, low: from[0] + to[0], high: from[1] + to[1] });
  return open(type, { ...facts, low: from[0] - to[1], high: from[1] - to[0] });
}

function boundsOf(value: Abstract): readonly [number, number] {
  if (value.kind === 'known' && typeof value.value === 'number' && !value.now) return [value.value, value.value];
  return value.kind === 'open' ? [value.low, value.high] : [-Infinity, Infinity];
}

const WIDTHS = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8'];

function resultType(operator: string, a: string, b: string): string {
  const [left, right] = [familyOf(a), familyOf(b)];
  if (left === 'number' && right === 'number') return WIDTHS[Math.max(WIDTHS.indexOf(a), WIDTHS.indexOf(b))] ?? 'numeric';
  if (left === 'time' && right === 'interval') return a === 'date' ? 'timestamp' : a;
  if (left === 'interval' && right === 'time' && operator === '+') return b === 'date' ? 'timestamp' : b;
  if (left === 'interval' && right === 'interval') return 'interval';
  if (left === 'time' && right === 'time' && operator === '-' && a !== 'date') return 'interval';
  return 'unclear';
}

/** null: not exact in the numbers of JavaScript. */
function calculated(operator: string, a: number, b: number, whole: boolean): number | null {
  const value = operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b;
  const rounded = whole ? Math.trunc(value) : Number(value.toPrecision(15));
  return Math.abs(rounded) <= Number.MAX_SAFE_INTEGER ? rounded : null;
}
