import { scanSync } from 'libpg-query';
import { escapeLiteral } from 'pg';

/**
 * The statement with its parameters written out, as SQL to judge and to read; `$n` stays where a value has no literal. Needs
 * `await loadModule()` before.
 */
export function inlined(sql: string, parameters: readonly unknown[]): string {
  if (parameters.length === 0) return sql;
  const bytes = Buffer.from(sql);
  const parts: string[] = [];
  let done = 0;
  for (const { start, end, tokenName } of scanSync(sql).tokens) {
    if (tokenName !== 'PARAM') continue;
    const written = bytes.toString('utf8', start, end);
    const literal = literalOf(parameters[Number(written.slice(1)) - 1]);
    parts.push(bytes.toString('utf8', done, start), literal ?? written);
    done = end;
  }
  return [...parts, bytes.toString('utf8', done)].join('');
}

/** As node-postgres would send it; null: it has no literal. */
function literalOf(value: unknown): string | null {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return value.toString();
  if (typeof value === 'string') return escapeLiteral(value);
  if (typeof value !== 'object') return null;
  if (value instanceof Date) return escapeLiteral(value.toISOString());
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  if (Array.isArray(value)) {
    const items: readonly (string | null)[] = value.map(literalOf);
    return items.every((item) => item !== null) ? `ARRAY[${items.join(', ')}]` : null;
  }
  return escapeLiteral(JSON.stringify(value));
}
