import { charactersOf } from './characters.ts';
import { fault, keyOf, known, nothing, nullable, open, plainText, type Abstract } from './abstract.ts';
import { compare, joined, sizesOf } from './compare.ts';

/** By chance or by counting: no two rows get the same. */
const FRESH: Readonly<Record<string, string>> = {
  ...{ nextval: 'int8', gen_random_uuid: 'uuid', uuid_generate_v4: 'uuid', uuid_generate_v1: 'uuid', uuid_generate_v1mc: 'uuid' },
  ...{ uuidv4: 'uuid', uuidv7: 'uuid', random: 'float8', gen_random_bytes: 'bytea' },
};
/** What is different before is different after. */
const KEEPS_APART = ['md5', 'encode', 'sha256', 'digest', 'replace', 'concat', 'text'];
const NEVER_NULL: Readonly<Record<string, string>> = {
  ...{ row_to_json: 'json', jsonb_build_object: 'jsonb', json_build_object: 'json', jsonb_build_array: 'jsonb', json_build_array: 'json' },
  ...{ pg_trigger_depth: 'int4', txid_current: 'int8', pg_backend_pid: 'int4', pg_notify: 'void' },
};
const TRANSACTION = ['now', 'transaction_timestamp', 'statement_timestamp', 'clock_timestamp'];
/** Strict, immutable or stable, and never null for what is not null. */
const STRICT: Readonly<Record<string, string>> = {
  ...{
    md5: 'text',
    sha256: 'bytea',
    digest: 'bytea',
    replace: 'text',
    initcap: 'text',
    lpad: 'text',
    rpad: 'text',
    repeat: 'text',
    reverse: 'text',
    split_part: 'text',
  },
  ...{ octet_length: 'int4', ascii: 'int4', sign: 'numeric', trunc: 'numeric', mod: 'numeric', power: 'float8', sqrt: 'float8' },
  ...{ jsonb_typeof: 'text', json_typeof: 'text', date_trunc: 'timestamp', isfinite: 'bool', regexp_replace: 'text', starts_with: 'bool' },
  ...{ to_jsonb: 'jsonb', to_json: 'json', date_part: 'float8', extract: 'numeric', encode: 'text', to_char: 'text', hashtext: 'int4' },
};

/** Of a call of PostgreSQL's own functions; null: not one that is known here. */
export function call(name: string, given: readonly Abstract[]): Abstract | null {
  const args =
    name === 'octet_length'
      ? given
      : given.map((arg) => (arg.kind === 'known' && arg.type === 'bpchar' ? known(plainText(arg), 'text') : arg));
  const freshType = FRESH[name];
  if (freshType !== undefined) return open(freshType, { nullable: false, fresh: true });
  const certainType = NEVER_NULL[name];
  if (certainType !== undefined) return open(certainType, { nullable: false });
  if (TRANSACTION.includes(name) && args.length === 0) {
    return name === 'now' || name === 'transaction_timestamp' ? known(0, 'timestamptz', true) : open('timestamptz', { nullable: false });
  }
  const wrong = args.find(({ kind }) => kind === 'fault');
  if (wrong !== undefined) return wrong;
  if (name === 'num_nonnulls' || name === 'num_nulls') return counted(args, name === 'num_nulls');
  if (name === 'concat') return concatenated(args);
  const [first] = args;
  if (first === undefined) return null;
  const own = OWN[name];
  const type = STRICT[name];
  if (own === undefined && type === undefined) return null;
  if (args.some(({ kind }) => kind === 'null')) return nothing;
  const fresh = KEEPS_APART.includes(name) && args.some((arg) => arg.kind === 'open' && arg.fresh);
  const facts = { fresh, nullable: args.some(nullable), symbol: `${name}(${args.map(keyOf).join()})` };
  return own?.(args, facts) ?? open(type ?? 'unclear', facts);
}

interface Facts {
  readonly fresh: boolean;
  readonly nullable: boolean;
  readonly symbol: string;
}

const characters = (args: readonly Abstract[], facts: Facts): Abstract => {
  const [text] = args;
  if (text === undefined) return nothing;
  const [low, high] = sizesOf(text);
  return low === high
    ? facts.nullable
      ? open('int4', { ...facts, low, high })
      : known(low, 'int4')
    : open('int4', { ...facts, low, high });
};

const strings =
  (change: (text: string, rest: readonly string[]) => string | null) =>
  (args: readonly Abstract[], facts: Facts): Abstract => {
    const texts = args.map((arg) => (arg.kind === 'known' && !arg.now ? String(arg.value) : null));
    const [text, ...rest] = texts;
    const longest = args[0] === undefined ? Infinity : sizesOf(args[0])[1];
    if (typeof text !== 'string' || rest.includes(null)) return open('text', { ...facts, longest });
    const changed = change(
      text,
      rest.filter((one) => one !== null),
    );
    return changed === null ? open('text', facts) : known(changed, 'text');
  };

const numbers =
  (change: (value: number) => number) =>
  (args: readonly Abstract[], facts: Facts): Abstract => {
    const [value] = args;
    if (args.length > 1 || value?.kind !== 'known' || typeof value.value !== 'number' || value.now) {
      if (change !== Math.abs || value?.kind !== 'open') return open('numeric', { ...facts, low: change === Math.abs ? 0 : -Infinity });
      return open(value.type, { ...facts, low: 0, high: Math.max(Math.abs(value.low), Math.abs(value.high)) });
    }
    return known(change(value.value), value.type);
  };

/** Case follows the collation outside of ASCII. */
const ascii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);

function stripped(text: string, set: string, start: boolean, end: boolean): string {
  let all = charactersOf(text);
  while (start && all[0] !== undefined && set.includes(all[0])) all = all.slice(1);
  for (let last = all.at(-1); end && last !== undefined && set.includes(last); last = all.at(-1)) all = all.slice(0, -1);
  return all.join('');
}

const found = (args: readonly Abstract[], facts: Facts): Abstract => {
  const [text, part] = args;
  if (text?.kind !== 'known' || part?.kind !== 'known') return open('int4', { ...facts, low: 0 });
  const at = String(text.value).indexOf(String(part.value));
  return known(at < 0 ? 0 : charactersOf(String(text.value).slice(0, at)).length + 1, 'int4');
};

const OWN: Readonly<Record<string, (args: readonly Abstract[], facts: Facts) => Abstract>> = {
  length: characters,
  char_length: characters,
  character_length: characters,
  lower: strings((text) => (ascii(text) ? text.toLowerCase() : null)),
  upper: strings((text) => (ascii(text) ? text.toUpperCase() : null)),
  btrim: strings((text, [set = ' ']) => stripped(text, set, true, true)),
  ltrim: strings((text, [set = ' ']) => stripped(text, set, true, false)),
  rtrim: strings((text, [set = ' ']) => stripped(text, set, false, true)),
  position: found,
  strpos: found,
  substring: strings(substring),
  substr: strings(substring),
  left: strings((text, [count = '0']) => charactersOf(text).slice(0, Number(count)).join('')),
  right: strings((text, [count = '0']) => {
    const all = charactersOf(text);
    return Number(count) >= 0 ? all.slice(Math.max(0, all.length - Number(count))).join('') : all.slice(-Number(count)).join('');
  }),
  abs: numbers(Math.abs),
  floor: numbers(Math.floor),
  ceil: numbers(Math.ceil),
  ceiling: numbers(Math.ceil),
  cardinality: ([array], facts) => (array?.kind === 'array' ? known(array.items.length, 'int4') : open('int4', { ...facts, low: 0 })),
  array_length: ([array], facts) => {
    if (array?.kind !== 'array') return open('int4', { ...facts, nullable: true, low: 1 });
    return array.items.length === 0 ? nothing : known(array.items.length, 'int4');
  },
};

function substring(text: string, [from = '1', count]: readonly string[]): string | null {
  if (!/^-?\d+$/.test(from)) return null;
  const start = Number(from) - 1;
  const end = count === undefined ? Infinity : start + Number(count);
  return charactersOf(text).slice(Math.max(0, start), Math.max(0, end)).join('');
}

function counted(args: readonly Abstract[], nulls: boolean): Abstract {
  const certain = args.filter((arg) => (nulls ? arg.kind === 'null' : !nullable(arg))).length;
  const possible = args.filter((arg) => (nulls ? nullable(arg) : arg.kind !== 'null')).length;
  return certain === possible ? known(certain, 'int4') : open('int4', { nullable: false, low: certain, high: possible });
}

function concatenated(args: readonly Abstract[]): Abstract {
  const texts = args.map((arg) => (arg.kind === 'null' ? '' : arg.kind === 'known' && typeof arg.value === 'string' ? arg.value : null));
  return texts.includes(null) ? open('text', { nullable: false }) : known(texts.join(''), 'text');
}

/** GREATEST and LEAST leave nulls out. */
export function extreme(greatest: boolean, args: readonly Abstract[]): Abstract {
  const wrong = args.find(({ kind }) => kind === 'fault');
  if (wrong?.kind === 'fault') return fault(wrong.code, wrong.message);
  const some = args.filter(({ kind }) => kind !== 'null');
  const [first] = some;
  if (first === undefined) return nothing;
  const best = some.find((one) => some.every((other) => compare(greatest ? '>=' : '<=', one, other) === 1));
  if (best !== undefined) return best;
  const type = first.kind === 'array' || first.kind === 'fault' ? 'unclear' : first.kind === 'null' ? 'unclear' : first.type;
  const ends = some.flatMap((one) => (one.kind === 'known' && typeof one.value === 'number' && !one.now ? [one.value] : []));
  return joined(some, (facts) => {
    const least = greatest ? { low: Math.max(facts.low ?? -Infinity, ...ends) } : { high: Math.min(facts.high ?? Infinity, ...ends) };
    return open(type, { ...facts, ...least, nullable: some.every(nullable) });
  });
}
