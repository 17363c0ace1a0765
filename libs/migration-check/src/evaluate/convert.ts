import { charactersOf } from './characters.ts';
import type { Catalog, TypeRef, UserType } from '../catalog/catalog.ts';
import { familyOf, fault, known, nothing, open, plainText, type Abstract, type Known, type Open } from './abstract.ts';
import { instantOf, intervalOf } from './time.ts';

const RANGES: Readonly<Record<string, readonly [number, number, string]>> = {
  int2: [-32768, 32767, 'smallint'],
  int4: [-2147483648, 2147483647, 'integer'],
  int8: [-(2 ** 63), 2 ** 63 - 1024, 'bigint'],
};

const NAMES: Readonly<Record<string, string>> = {
  ...{ int2: 'smallint', int4: 'integer', int8: 'bigint', float4: 'real', float8: 'double precision', bool: 'boolean' },
  ...{
    varchar: 'character varying',
    bpchar: 'character',
    timestamptz: 'timestamp with time zone',
    timestamp: 'timestamp without time zone',
  },
};

/** As PostgreSQL writes it in messages. */
export const nameOf = (type: string): string => NAMES[type] ?? type;

/** The user's type by that name. */
export function userType(type: Pick<TypeRef, 'schema' | 'name'>, catalog: Catalog): UserType | undefined {
  if (type.schema === 'pg_catalog') return undefined;
  const all = [...catalog.types.values()].filter(({ name }) => name === type.name);
  return all.find(({ schema }) => schema === type.schema) ?? (type.schema === '' ? all[0] : undefined);
}

/** The bounds that a type sets by itself. */
export function boundsOf(type: TypeRef, catalog: Catalog): Partial<Omit<Open, 'kind' | 'type'>> {
  if (type.array) return {};
  const range = RANGES[type.name];
  if (range !== undefined) return { low: range[0], high: range[1] };
  if (type.name === 'bool') return { among: [known(true, 'bool'), known(false, 'bool')] };
  if (type.name === 'numeric' && type.mods.length > 0) {
    const [precision = 0, scale = 0] = type.mods;
    const high = 10 ** (precision - scale) - 10 ** -scale;
    return { low: -high, high };
  }
  if ((type.name === 'varchar' || type.name === 'bpchar') && type.mods[0] !== undefined) return { longest: type.mods[0] };
  const own = userType(type, catalog);
  if (own?.kind === 'enum') return { among: own.labels.map((label) => known(label, type.name)) };
  if (own?.kind === 'domain' && own.base !== null) {
    const base = boundsOf(own.base, catalog);
    return own.notNull ? { ...base, nullable: false } : base;
  }
  return {};
}

/** The type behind a domain. */
export function baseOf(type: TypeRef, catalog: Catalog): TypeRef {
  const own = userType(type, catalog);
  return own?.kind === 'domain' && own.base !== null ? { ...baseOf(own.base, catalog), array: type.array || own.base.array } : type;
}

/**
 * A value as a column of `type` holds it, or PostgreSQL's error. `explicit`: a CAST, which cuts a text that is too long.
 * https://www.postgresql.org/docs/current/datatype.html
 */
export function convert(value: Abstract, declared: TypeRef, catalog: Catalog, explicit = false): Abstract {
  const found = converted(value, declared, catalog, explicit);
  return found.kind === 'known' && value.kind === 'known' && value.source !== undefined ? { ...found, source: value.source } : found;
}

function converted(value: Abstract, declared: TypeRef, catalog: Catalog, explicit: boolean): Abstract {
  const type = baseOf(declared, catalog);
  if (value.kind === 'null' || value.kind === 'fault') return value;
  if (value.kind === 'array') {
    if (!type.array) return fault('42804', `an array is no ${nameOf(type.name)}`);
    return { kind: 'array', items: value.items.map((item) => convert(item, { ...type, array: false }, catalog, explicit)) };
  }
  if (value.kind === 'open') return narrowed(value, type, catalog);
  if (type.array) return arrayOf(value, type, catalog);
  const family = familyOf(type.name);
  if (family === 'number') return numberOf(value, type, explicit);
  if (family === 'text') return textOf(value, type, explicit);
  if (family === 'bool') return booleanOf(value, explicit);
  if (family === 'time') return timeOf(value, type);
  if (family === 'interval') return value.type === 'interval' ? value : ofText(value, 'interval', intervalOf(String(value.value)));
  if (family === 'uuid') return uuidOf(value);
  const own = userType(type, catalog);
  if (own?.kind === 'enum') {
    if (typeof value.value !== 'string')
      return fault('42804', `expression is of type ${nameOf(value.type)} but column is of type ${own.name}`);
    return own.labels.includes(value.value) ? known(value.value, type.name) : invalid(`enum ${own.name}`, value.value);
  }
  if (type.name === 'json' || type.name === 'jsonb') return jsonOf(value, type.name);
  return known(value.value, type.name);
}

function narrowed(value: Open, type: TypeRef, catalog: Catalog): Open {
  const bounds = type.array ? {} : boundsOf(type, catalog);
  const family = familyOf(type.name);
  const same = family === familyOf(value.type);
  return {
    ...value,
    type: type.array ? `${type.name}[]` : type.name,
    low: same ? Math.max(value.low, bounds.low ?? -Infinity) : (bounds.low ?? -Infinity),
    high: same ? Math.min(value.high, bounds.high ?? Infinity) : (bounds.high ?? Infinity),
    longest: Math.min(same ? value.longest : Infinity, bounds.longest ?? Infinity),
    shortest: same ? value.shortest : 0,
    among: value.among ?? bounds.among ?? null,
    nullable: value.nullable,
  };
}

const invalid = (type: string, text: string) => fault('22P02', `invalid input syntax for type ${type}: "${text}"`);

function numberOf(value: Known, type: TypeRef, explicit: boolean): Abstract {
  if (typeof value.value === 'boolean') {
    return explicit && type.name === 'int4' ? known(value.value ? 1 : 0, 'int4') : fault('42804', `boolean is no ${nameOf(type.name)}`);
  }
  if (typeof value.value === 'string' && !/^\s*[-+]?(\d[\d_]*\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value.value)) {
    return /^\s*[-+]?(nan|inf|infinity|0[xob].*)\s*$/i.test(value.value)
      ? open(type.name, { nullable: false })
      : invalid(nameOf(type.name), value.value);
  }
  const number = Number(String(value.value).replaceAll('_', ''));
  const range = RANGES[type.name];
  if (range !== undefined) {
    if (typeof value.value === 'string' && !Number.isInteger(number)) return invalid(range[2], value.value);
    const whole = roundTo(number, 0);
    return whole < range[0] || whole > range[1] ? fault('22003', `${range[2]} out of range`) : known(whole, type.name);
  }
  if (type.name !== 'numeric' || type.mods.length === 0) return known(number, type.name);
  const [precision = 0, scale = 0] = type.mods;
  const rounded = roundTo(number, scale);
  if (Math.abs(rounded) >= 10 ** (precision - scale)) return fault('22003', 'numeric field overflow');
  return known(rounded, 'numeric');
}

function roundTo(number: number, scale: number): number {
  const factor = 10 ** scale;
  const scaled = Number((Math.abs(number) * factor).toPrecision(15));
  return (Math.sign(number) * Math.round(scaled)) / factor;
}

function textOf(value: Known, type: TypeRef, explicit: boolean): Abstract {
  if (familyOf(value.type) === 'time' || value.type === 'interval') return open(type.name, { nullable: false });
  const text = type.name === 'bpchar' ? String(value.value) : plainText(value);
  const length = type.mods[0];
  if (length === undefined || (type.name !== 'varchar' && type.name !== 'bpchar')) return known(text, type.name);
  const characters = charactersOf(text);
  if (characters.length <= length) {
    return known(type.name === 'bpchar' ? text + ' '.repeat(length - characters.length) : text, type.name);
  }
  const cut = known(characters.slice(0, length).join(''), type.name);
  if (explicit || /^ *$/.test(characters.slice(length).join(''))) return cut;
  return fault('22001', `value too long for type ${nameOf(type.name)}(${length})`);
}

function booleanOf(value: Known, explicit: boolean): Abstract {
  if (typeof value.value === 'boolean') return value;
  if (typeof value.value === 'number') {
    return explicit ? known(value.value !== 0, 'bool') : fault('42804', 'column is of type boolean but expression is of type integer');
  }
  const text = value.value.trim().toLowerCase();
  const starts = (word: string, least: number) => text.length >= least && word.startsWith(text);
  if (starts('true', 1) || starts('yes', 1) || text === 'on' || text === '1') return known(true, 'bool');
  if (starts('false', 1) || starts('no', 1) || starts('off', 2) || text === '0') return known(false, 'bool');
  return invalid('boolean', value.value);
}

function timeOf(value: Known, type: TypeRef): Abstract {
  if (typeof value.value === 'number' && familyOf(value.type) === 'time') {
    return {
      ...value,
      type: type.name,
      value: type.name === 'date' && !value.now ? Math.floor(value.value / 86_400_000) * 86_400_000 : value.value,
    };
  }
  if (typeof value.value !== 'string') return fault('42804', `${nameOf(value.type)} is no ${nameOf(type.name)}`);
  return ofText(value, type.name, instantOf(value.value, type.name));
}

/** 'now' stands for the start of the transaction; null: a form that is not read here, which need not be wrong. */
function ofText(value: Known, type: string, read: number | 'now' | 'invalid' | null): Abstract {
  if (read === 'invalid') return fault('22007', `invalid input syntax for type ${nameOf(type)}: "${String(value.value)}"`);
  if (read === 'now') return known(0, type, true);
  return read === null ? open(type, { nullable: false }) : known(read, type);
}

function uuidOf(value: Known): Abstract {
  if (typeof value.value !== 'string') return fault('42804', `${nameOf(value.type)} is no uuid`);
  const bare = value.value
    .replace(/^\{(.*)\}$/, '$1')
    .replaceAll('-', '')
    .toLowerCase();
  return /^[0-9a-f]{32}$/.test(bare) ? known(bare, 'uuid') : invalid('uuid', value.value);
}

function jsonOf(value: Known, type: string): Abstract {
  if (typeof value.value !== 'string') return fault('42804', `${nameOf(value.type)} is no ${type}`);
  try {
    JSON.parse(value.value);
    return known(value.value, type);
  } catch {
    return fault('22P02', `invalid input syntax for type ${type}`);
  }
}

function arrayOf(value: Known, type: TypeRef, catalog: Catalog): Abstract {
  if (typeof value.value !== 'string') return fault('42804', `${nameOf(value.type)} is no ${nameOf(type.name)}[]`);
  const inner = /^\s*\{(.*)\}\s*$/s.exec(value.value)?.[1];
  if (inner === undefined) return fault('22P02', `malformed array literal: "${value.value}"`);
  if (/["{}\\]/.test(inner)) return open(`${type.name}[]`, { nullable: false });
  const items = inner.trim() === '' ? [] : inner.split(',').map((item) => item.trim());
  const single = { ...type, array: false };
  return {
    kind: 'array',
    items: items.map((item) => (item.toLowerCase() === 'null' ? nothing : convert(known(item, 'unknown'), single, catalog))),
  };
}
