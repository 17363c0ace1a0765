import type { Column } from './tables.ts';

const length = ({ formatted }: Column): number | undefined => {
  const given = /^(?:character varying|character|varchar|bpchar)\((\d+)\)/.exec(formatted)?.[1];
  return given === undefined ? undefined : Number(given);
};

/** Values of a type that an application may well write, each as text; the first is the most ordinary one. */
export function valuesOf(column: Column): readonly string[] {
  const { type, labels, formatted } = column;
  if (labels.length > 0) return labels;
  if (type.startsWith('_')) return ['{}'];
  switch (type) {
    case 'int2':
      return ['7', '0', '-1', '32767', '-32768'];
    case 'int4':
      return ['7', '0', '-1', '2147483647', '-2147483648'];
    case 'int8':
      return ['7', '0', '-1', '9223372036854775807', '-9223372036854775808'];
    case 'numeric': {
      const [, precision, scale = '0'] = /\((\d+)(?:,(-?\d+))?\)/.exec(formatted) ?? [];
      const most = precision === undefined ? '12345678901234567890.123456789' : mostOf(Number(precision), Number(scale));
      return ['7', '0', '-1', most, `-${most}`];
    }
    case 'float4':
    case 'float8':
      return ['7.5', '0', '-1', '1e30', '-1e30'];
    case 'money':
      return ['7', '0', '-1'];
    case 'bool':
      return ['true', 'false'];
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'citext':
    case 'name': {
      const most = length(column) ?? (type === 'name' ? 63 : type === 'bpchar' ? 1 : 3000);
      return [...new Set(['some words', '', 'x', 'Żółw 😀', `it's "so" \\ 100 %`, 'y'.repeat(most)].map((value) => value.slice(0, most)))];
    }
    case 'uuid':
      return ['a3bb189e-8bf9-4888-9912-ace4e6543002', '00000000-0000-0000-0000-000000000000'];
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return ['2024-05-17', '1970-01-01', '1066-10-14', '2999-12-31'];
    case 'time':
    case 'timetz':
      return ['12:34:56', '00:00:00'];
    case 'interval':
      return ['1 day', '0', '-1 hour'];
    case 'json':
    case 'jsonb':
      return ['{"a":1}', '[]', '"text"', 'null'];
    case 'bytea':
      return ['\\x00ff', '\\x'];
    case 'inet':
    case 'cidr':
      return ['192.0.2.7', '2001:db8::1'];
    case 'macaddr':
      return ['08:00:2b:01:02:03'];
    case 'xml':
      return ['<a/>'];
    case 'tsvector':
    case 'hstore':
    case 'ltree':
      return ['a'];
    case 'bit':
    case 'varbit':
      return ['1'];
    case 'point':
      return ['(1,2)'];
    default:
      return /range$/.test(type) ? ['empty'] : [];
  }
}

function mostOf(precision: number, scale: number): string {
  const whole = '9'.repeat(Math.max(precision - scale, 0)) || '0';
  return scale > 0 ? `${whole}.${'9'.repeat(scale)}` : whole;
}

/** Another value for every number, of the same shape as `like`; null: there is none known for the type. */
export function freshValue(column: Column, n: number, like?: string | null): string | null {
  switch (column.type) {
    case 'int2':
      return String(20_000 + n);
    case 'int4':
    case 'int8':
      return String(1_500_000_000 + n);
    case 'numeric':
    case 'float4':
    case 'float8':
    case 'money':
      return String(5000 + n);
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'citext':
    case 'name': {
      if (like !== undefined && like !== null && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(like)) return uuid(n);
      const short = n.toString(36);
      const most = length(column) ?? 3000;
      return most < short.length ? null : `${short}${(like ?? '@example.com').slice(0, most - short.length)}`;
    }
    case 'uuid':
      return uuid(n);
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return new Date(Date.UTC(2025, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
    case 'inet':
      return `10.${String((n >> 16) & 255)}.${String((n >> 8) & 255)}.${String(n & 255)}`;
    case 'bytea':
      return `\\x${n.toString(16).padStart(8, '0')}`;
    default:
      return null;
  }
}

const uuid = (n: number): string => `f0000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
