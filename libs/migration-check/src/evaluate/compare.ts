import { charactersOf } from './characters.ts';
import { familyOf, FALSE, keyOf, NULL, nullable, plainText, TRUE, type Abstract, type Known, type Open, type Truths } from './abstract.ts';
import { clearlyApart } from './time.ts';
import { not } from './truth.ts';

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

export const isComparison = (name: string): name is Comparison => ['=', '<>', '<', '<=', '>', '>='].includes(name);

const TWO_DAYS = 172_800_000;
/** As long as a release may run. */
const FIVE_YEARS = 5 * 31_557_600_000;

/** What `a name b` may be, of two values of one type; not of faults. */
export function compare(name: Comparison, a: Abstract, b: Abstract): Truths {
  if (a.kind === 'null' || b.kind === 'null') return NULL;
  const maybeNull = nullable(a) || nullable(b) ? NULL : 0;
  if (name === '<>') return not(compare('=', a, b));
  if (name === '>') return compare('<', b, a);
  if (name === '>=') return compare('<=', b, a);
  return maybeNull | between(name, a, b);
}

/** `a IS DISTINCT FROM b` */
export function distinct(a: Abstract, b: Abstract): Truths {
  if (keyOf(a) === keyOf(b)) return FALSE;
  if (a.kind === 'null') return nullness(b);
  if (b.kind === 'null') return nullness(a);
  const equal = compare('=', a, b);
  const oneNull = (equal & NULL) === 0 ? 0 : nullable(a) && nullable(b) ? TRUE | FALSE : TRUE;
  return (not(equal) & ~NULL) | oneNull;
}

/** `a IS NOT NULL` */
export function nullness(a: Abstract): Truths {
  if (a.kind === 'null') return FALSE;
  return nullable(a) ? TRUE | FALSE : TRUE;
}

function between(name: '=' | '<' | '<=', a: Abstract, b: Abstract): Truths {
  if (keyOf(a) === keyOf(b)) return name === '<' ? FALSE : TRUE;
  if (a.kind === 'known' && b.kind === 'known') return ofKnown(name, a, b);
  if (a.kind === 'array' && b.kind === 'array') return name === '=' ? arrays(a.items, b.items) : TRUE | FALSE;
  const listed = listedTruths(name, a, b);
  if (listed !== null) return listed;
  const [low, high] = [boundsOf(a), boundsOf(b)];
  if (low === null || high === null) return lengths(name, a, b);
  if (name === '=') return low[1] < high[0] || low[0] > high[1] ? FALSE : TRUE | FALSE;
  if (name === '<') return low[1] < high[0] ? TRUE : low[0] >= high[1] ? FALSE : TRUE | FALSE;
  return low[1] <= high[0] ? TRUE : low[0] > high[1] ? FALSE : TRUE | FALSE;
}

function arrays(a: readonly Abstract[], b: readonly Abstract[]): Truths {
  if (a.length !== b.length) return FALSE;
  return a.every((item, i) => keyOf(item) === keyOf(b[i] ?? item)) ? TRUE : TRUE | FALSE;
}

function listedTruths(name: '=' | '<' | '<=', a: Abstract, b: Abstract): Truths | null {
  if (a.kind === 'open' && a.among !== null && b.kind === 'known') return a.among.reduce((all, one) => all | ofKnown(name, one, b), 0);
  if (b.kind === 'open' && b.among !== null && a.kind === 'known') return b.among.reduce((all, one) => all | ofKnown(name, a, one), 0);
  return null;
}

/** A text is not equal to one of another length. */
function lengths(name: '=' | '<' | '<=', a: Abstract, b: Abstract): Truths {
  const either = TRUE | FALSE;
  if (name !== '=') return either;
  const [text, some] = a.kind === 'open' ? [b, a] : [a, b];
  if (text.kind !== 'known' || some.kind !== 'open' || typeof text.value !== 'string' || text.type === 'bpchar') return either;
  const length = charactersOf(text.value).length;
  return some.type !== 'bpchar' && (length < some.shortest || length > some.longest) ? FALSE : either;
}

function boundsOf(value: Abstract): readonly [number, number] | null {
  if (value.kind === 'known') return typeof value.value === 'number' && !value.now ? [value.value, value.value] : null;
  if (value.kind !== 'open') return null;
  const family = familyOf(value.type);
  return family === 'number' || family === 'time' || family === 'interval' ? [value.low, value.high] : null;
}

function ofKnown(name: '=' | '<' | '<=', a: Known, b: Known): Truths {
  const certain = (holds: boolean) => (holds ? TRUE : FALSE);
  if (a.now || b.now) return moments(name, a, b);
  if (typeof a.value === 'number' && typeof b.value === 'number') {
    return certain(name === '=' ? a.value === b.value : name === '<' ? a.value < b.value : a.value <= b.value);
  }
  if (typeof a.value === 'boolean' && typeof b.value === 'boolean') {
    return certain(name === '=' ? a.value === b.value : name === '<' ? a.value < b.value : a.value <= b.value);
  }
  const [left, right] = [textOf(a), textOf(b)];
  if (left === right) return certain(name !== '<');
  // The order of texts depends on the collation; that of an enum on its labels.
  return name === '=' ? FALSE : TRUE | FALSE;
}

function textOf(value: Known): string {
  const text = plainText(value);
  return value.type === 'citext' ? text.toLowerCase() : text;
}

/** At least one lies in relation to the present, which only moves on. */
function moments(name: '=' | '<' | '<=', a: Known, b: Known): Truths {
  const [left, right] = [Number(a.value), Number(b.value)];
  if (a.now && b.now) {
    if (left === right) return a.type === b.type ? (name === '<' ? FALSE : TRUE) : TRUE | FALSE;
    if (!clearlyApart(left, right)) return TRUE | FALSE;
    return name === '=' ? FALSE : left < right ? TRUE : FALSE;
  }
  const present = Date.now();
  if (a.now && left + present - TWO_DAYS > right) return FALSE;
  if (a.now && left + present + FIVE_YEARS < right) return name === '=' ? FALSE : TRUE;
  if (b.now && right + present - TWO_DAYS > left) return name === '=' ? FALSE : TRUE;
  if (b.now && right + present + FIVE_YEARS < left) return FALSE;
  return TRUE | FALSE;
}

/** Each of these together is `open`: the values that one of them may have, for what follows. */
export function joined(values: readonly Abstract[], make: (facts: Partial<Open>) => Abstract): Abstract {
  const [first] = values;
  if (first !== undefined && values.every((value) => keyOf(value) === keyOf(first))) return first;
  const some = values.filter((value) => value.kind !== 'null');
  const bounds = some.map(boundsOf);
  const lows = bounds.map((bound) => bound?.[0] ?? -Infinity);
  const highs = bounds.map((bound) => bound?.[1] ?? Infinity);
  const sizes = some.map(sizesOf);
  return make({
    nullable: values.some(nullable),
    low: Math.min(...lows),
    high: Math.max(...highs),
    shortest: Math.min(...sizes.map(([shortest]) => shortest)),
    longest: Math.max(...sizes.map(([, longest]) => longest)),
  });
}

export function sizesOf(value: Abstract): readonly [number, number] {
  if (value.kind === 'known')
    return typeof value.value === 'string' ? [charactersOf(value.value).length, charactersOf(value.value).length] : [0, Infinity];
  return value.kind === 'open' ? [value.shortest, value.longest] : [0, Infinity];
}
