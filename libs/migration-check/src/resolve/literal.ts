import { keyOf, type TypeSystem } from './type-system.ts';
import type { TypeKey } from './built-ins.ts';

/** A SQLSTATE and words. */
export interface Complaint {
  readonly code: string;
  readonly message: string;
}

const INTEGERS: Partial<Record<TypeKey, bigint>> = { int2: 2n ** 15n, int4: 2n ** 31n, int8: 2n ** 63n };
const INTEGER = /^[-+]?(\d+(_\d+)*|0x_?[\da-f]+(_[\da-f]+)*|0o_?[0-7]+(_[0-7]+)*|0b_?[01]+(_[01]+)*)$/i;
const NUMBER = /^[-+]?((\d+(_\d+)*)?(\.(\d+(_\d+)*)?)?(e[-+]?\d+)?|inf(inity)?|nan|0[xob]_?[\da-f_]+)$/i;
const BOOLEAN = /^(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0)$/i;
const UUID = /^\{?([\da-f]{4}-?){7}[\da-f]{4}\}?$/i;
const MOMENTS = new Set(['date', 'timestamp', 'timestamptz', 'time', 'timetz', 'interval']);

/** What the input function of a type says to a literal that it certainly does not take; null: it takes it, as far as one can see. */
export function complaintAbout(types: TypeSystem, text: string, key: TypeKey): Complaint | null {
  const base = types.base(key);
  const wrong: Complaint = { code: '22P02', message: `invalid input syntax for type ${base}: "${text}"` };
  const type = types.user(base);
  if (type?.kind === 'enum') {
    return type.labels.includes(text) ? null : { code: '22P02', message: `invalid input value for enum ${type.name}: "${text}"` };
  }
  if (type?.kind === 'domain' && type.base !== null) return complaintAbout(types, text, keyOf(type.base));
  if (base.startsWith('_')) return arrayComplaint(types, text.trim(), base.slice(1));
  const bare = text.trim();
  const limit = INTEGERS[base];
  if (limit !== undefined) return INTEGER.test(bare) ? rangeComplaint(bare, limit, base) : wrong;
  if (MOMENTS.has(base))
    return /\d|now|today|tomorrow|yesterday|epoch|infinity|allballs|@/i.test(bare) ? null : { ...wrong, code: '22007' };
  if (base === 'numeric' || base === 'float4' || base === 'float8') return NUMBER.test(bare) && /\w/.test(bare) ? null : wrong;
  if (base === 'bool') return BOOLEAN.test(bare) ? null : wrong;
  if (base === 'uuid') return UUID.test(text) ? null : wrong;
  if (base === 'json' || base === 'jsonb')
    return isJson(text) ? null : { code: '22P02', message: `invalid input syntax for type json: "${text}"` };
  if (base === 'inet' || base === 'cidr') return /^[\da-f.:]+(\/\d+)?$/i.test(text) ? null : wrong;
  if (types.category(base) === 'R' && !base.includes('multirange'))
    return /^(empty$|[[(])/i.test(bare) ? null : { ...wrong, message: `malformed range literal: "${text}"` };
  return null;
}

function rangeComplaint(text: string, limit: bigint, key: TypeKey): Complaint | null {
  const negative = text.startsWith('-');
  const size = BigInt(text.replace(/^[-+]/, '').replaceAll('_', ''));
  return size < limit || (negative && size === limit)
    ? null
    : { code: '22003', message: `value "${text}" is out of range for type ${key}` };
}

/** Of the flat ones without quotes each element is looked at. */
function arrayComplaint(types: TypeSystem, text: string, element: TypeKey): Complaint | null {
  if (!text.startsWith('{') && !text.startsWith('[')) return { code: '22P02', message: `malformed array literal: "${text}"` };
  const flat = /^\{([^{}"\\]*)\}$/.exec(text)?.[1];
  if (flat === undefined || flat.trim() === '') return null;
  for (const item of flat.split(',').map((one) => one.trim())) {
    const complaint = item.toLowerCase() === 'null' ? null : complaintAbout(types, item, element);
    if (complaint !== null) return complaint;
  }
  return null;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
