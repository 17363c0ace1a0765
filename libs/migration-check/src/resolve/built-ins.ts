import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A type as one word: `int4`, `_int4` for its array, `schema.name` and `_schema.name` for what is not built in. */
export type TypeKey = string;

/** A function that can be called with these types. */
export interface Signature {
  readonly args: readonly TypeKey[];
  readonly returns: TypeKey | null;
  readonly kind: 'function' | 'aggregate' | 'window' | 'procedure';
  readonly set: boolean;
  /** The last argument may be repeated. */
  readonly variadic: boolean;
  /** How many of the last arguments may be left out. */
  readonly defaults: number;
  /** Columns of what it returns in FROM; empty: one of its own type. */
  readonly columns: readonly { readonly name: string; readonly type: TypeKey | null }[];
  /** A routine of the catalog. */
  readonly routine: number | null;
}

export interface Operator {
  /** null: a prefix operator. */
  readonly left: TypeKey | null;
  readonly right: TypeKey;
  readonly result: TypeKey;
}

const Words = z.record(z.string(), z.string());
const BuiltIns = z.strictObject({ types: Words, casts: Words, operators: Words, functions: Words });

/** PostgreSQL 18's own, by spec-support/built-ins.sql. */
const data = BuiltIns.parse(JSON.parse(readFileSync(new URL('./built-ins.json', import.meta.url), 'utf8')));
const KINDS = { a: 'aggregate', w: 'window', p: 'procedure' } as const;

/** Category letter of pg_type, and whether it is the preferred one of its category; undefined: no such type. */
export function builtInType(name: string): { readonly category: string; readonly preferred: boolean } | undefined {
  const entry = Object.hasOwn(data.types, name) ? data.types[name] : undefined;
  return entry === undefined ? undefined : { category: entry.slice(0, 1), preferred: entry.endsWith('+') };
}

/** `i`: implicit, `a`: in assignments, `e`: explicit only; undefined: no such cast. */
export function builtInCast(from: TypeKey, to: TypeKey): string | undefined {
  return data.casts[`${from}>${to}`];
}

export function builtInOperators(name: string): readonly Operator[] {
  const entry = Object.hasOwn(data.operators, name) ? data.operators[name] : undefined;
  if (entry === undefined) return [];
  return entry.split(' ').map((one) => {
    const [args = '', result = ''] = one.split('|');
    const [left = '', right = ''] = args.split(',');
    return { left: left === '' ? null : left, right, result };
  });
}

export function builtInFunctions(name: string): readonly Signature[] {
  const entry = Object.hasOwn(data.functions, name) ? data.functions[name] : undefined;
  return entry === undefined ? [] : entry.split(' ').map(signatureOf);
}

function signatureOf(text: string): Signature {
  const [args = '', returns = '', flags = '', columns = ''] = text.split('|');
  const kind = Object.entries(KINDS).find(([letter]) => flags.startsWith(letter))?.[1] ?? 'function';
  return {
    args: args === '' ? [] : args.split(','),
    returns,
    kind,
    set: /^[awp]?s/.test(flags),
    variadic: flags.includes('v'),
    defaults: Number(/\d+$/.exec(flags)?.[0] ?? 0),
    columns:
      columns === '' ? [] : columns.split(',').map((column) => ({ name: column.split(':')[0] ?? '', type: column.split(':')[1] ?? '' })),
    routine: null,
  };
}
