/** What is known of a value before anything runs. `symbol`: two with the same one are the same value. */
export type Abstract = Null | Known | Listed | Open | Fault;

interface Null {
  readonly kind: 'null';
}

/** Dates and times are milliseconds since 1970 in UTC, intervals milliseconds; `now`: relative to the start of the transaction. */
export interface Known {
  readonly kind: 'known';
  readonly value: string | number | boolean;
  /** PostgreSQL's internal name; `unknown`: a string without a type yet. */
  readonly type: string;
  readonly now: boolean;
  /** Where it was written: two literals that happen to be equal are not the same value. */
  readonly source?: string;
}

interface Listed {
  readonly kind: 'array';
  readonly items: readonly Abstract[];
}

/** Some value. Bounds include their ends and hold where it is not null. */
export interface Open {
  readonly kind: 'open';
  readonly nullable: boolean;
  readonly type: string;
  readonly symbol: string;
  readonly low: number;
  readonly high: number;
  /** Characters. */
  readonly shortest: number;
  readonly longest: number;
  /** It is one of these; null: not limited so. */
  readonly among: readonly Known[] | null;
  /** Of a boolean: what it may be. */
  readonly truths: Truths;
  /** No other row has it: of a sequence or a random generator. */
  readonly fresh: boolean;
}

/** PostgreSQL would raise this. */
export interface Fault {
  readonly kind: 'fault';
  readonly code: string;
  readonly message: string;
}

/** A set of TRUE, FALSE and NULL. */
export type Truths = number;
export const TRUE = 1;
export const FALSE = 2;
export const NULL = 4;
export const ANY_TRUTH = 7;

export const nothing: Null = { kind: 'null' };

export const known = (value: string | number | boolean, type: string, now = false): Known => ({ kind: 'known', value, type, now });

export const fault = (code: string, message: string): Fault => ({ kind: 'fault', code, message });

let symbols = 0;

/** A value that equals no other one as far as one can see, unless it gets the symbol of another. */
export function open(type: string, facts: Partial<Omit<Open, 'kind' | 'type'>> = {}): Open {
  symbols += 1;
  return {
    ...{ kind: 'open', type, nullable: true, symbol: `#${symbols}`, low: -Infinity, high: Infinity, shortest: 0, longest: Infinity },
    ...{ among: null, truths: facts.nullable === false ? TRUE | FALSE : ANY_TRUTH, fresh: false },
    ...facts,
  };
}

/** The name of a value: equal names are equal values. */
export function keyOf(value: Abstract): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'known':
      return `${value.now ? `now ${value.type} ` : ''}${JSON.stringify(value.value)}`;
    case 'array':
      return `[${value.items.map(keyOf).join()}]`;
    case 'open':
      return value.symbol;
    case 'fault':
      return 'fault';
  }
}

/** The same for two values only if one is a copy of the other; null: nobody can say. */
export function identityOf(value: Abstract): string | null {
  return value.kind === 'open' ? value.symbol : value.kind === 'known' ? (value.source ?? null) : null;
}

export function truthsOf(value: Abstract): Truths {
  if (value.kind === 'null') return NULL;
  if (value.kind === 'open') return value.nullable ? value.truths : value.truths & ~NULL;
  if (value.kind !== 'known') return ANY_TRUTH;
  if (typeof value.value === 'boolean') return value.value ? TRUE : FALSE;
  const text = String(value.value).toLowerCase();
  if (['t', 'true', 'yes', 'on', '1'].includes(text)) return TRUE;
  return ['f', 'false', 'no', 'off', '0'].includes(text) ? FALSE : ANY_TRUTH;
}

export function ofTruths(truths: Truths): Abstract {
  if (truths === TRUE) return known(true, 'bool');
  if (truths === FALSE) return known(false, 'bool');
  if (truths === NULL) return nothing;
  return open('bool', { truths, nullable: (truths & NULL) !== 0 });
}

/** Whether it may be null. */
export function nullable(value: Abstract): boolean {
  return value.kind === 'null' || (value.kind === 'open' && value.nullable);
}

const NUMBERS = ['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'oid', 'money'];
const TEXTS = ['text', 'varchar', 'bpchar', 'name', 'char', 'citext', 'unknown'];
const TIMES = ['date', 'timestamp', 'timestamptz'];

/** As text: that of character(n) is without the blanks at its end. */
export function plainText({ value, type }: Known): string {
  return type === 'bpchar' ? String(value).replace(/ +$/, '') : String(value);
}

export type Family = 'number' | 'text' | 'time' | 'interval' | 'bool' | 'uuid' | 'other';

export function familyOf(type: string): Family {
  if (NUMBERS.includes(type)) return 'number';
  if (TEXTS.includes(type)) return 'text';
  if (TIMES.includes(type)) return 'time';
  return type === 'interval' || type === 'bool' || type === 'uuid' ? type : 'other';
}
