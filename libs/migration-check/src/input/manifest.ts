import { z } from 'zod';
import type { Catalog, Relation } from '../catalog/catalog.ts';
import { parsePrevious } from '../previous/parsed.ts';
import { PreviousRelease } from '../previous/previous.ts';
import { resolve } from '../resolve/resolve.ts';
import { UnreadableInput } from './unreadable-input.ts';

/** What the text of a previous release's manifest says. Throws UnreadableInput. */
export function manifestOf(text: string, file: string): PreviousRelease {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UnreadableInput(`${file}: the manifest of the previous release is no JSON: ${error instanceof Error ? error.message : ''}.`);
  }
  const { success, data, error } = PreviousRelease.safeParse(json);
  if (success) return data;
  throw new UnreadableInput(
    `${file}: the manifest of the previous release is not {"columns":{"table":["column"]},"queries":["SQL"]}:\n${z.prettifyError(error)}`,
  );
}

/**
 * The manifest with the names that the schema has, for example without quotes. Throws UnreadableInput where it speaks of what the schema
 * before does not have: it is of another project then, or of another state of it, and a verdict from it would be worth nothing.
 */
export function fitting(previous: PreviousRelease, before: Catalog, file: string): PreviousRelease {
  const columns: Record<string, string[]> = {};
  const strange: string[] = [];
  for (const [name, mapped] of Object.entries(previous.columns)) {
    const found = relationOf(name, before);
    if (found === undefined) {
      strange.push(`table ${name}`);
      continue;
    }
    const has = new Set([...found.relation.columns.map((column) => column.name), ...SYSTEM_COLUMNS]);
    const known = mapped.map((column) => [column, unquoted(column)].find((one) => has.has(one)) ?? column);
    strange.push(...known.filter((column) => !has.has(column)).map((column) => `column ${name}.${column}`));
    columns[found.key] = known;
  }
  if (strange.length === 0) strange.push(...strangeQueries(previous, before));
  if (strange.length === 0) return { columns, queries: previous.queries };
  const some = strange.slice(0, 5).join(', ') + (strange.length > 5 ? `, … (${strange.length} in all)` : '');
  throw new UnreadableInput(
    `${file}: the previous release uses what the schema before does not have: ${some}. ` +
      'The manifest and the schema have to be of the same project at the same time.',
  );
}

/** https://www.postgresql.org/docs/current/ddl-system-columns.html */
const SYSTEM_COLUMNS = ['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid'];

function relationOf(name: string, { relations }: Catalog): { readonly relation: Relation; readonly key: string } | undefined {
  const all = [...relations.values()];
  const called = (wanted: string): Relation | undefined => all.find((one) => one.name === wanted || `${one.schema}.${one.name}` === wanted);
  const exact = called(name);
  if (exact !== undefined) return { relation: exact, key: name };
  const relation = called(name.split('.').map(unquoted).join('.'));
  return relation && { relation, key: `${relation.schema}.${relation.name}` };
}

/** As PostgreSQL reads an identifier. */
const unquoted = (name: string): string => (/^".*"$/s.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase());

function strangeQueries(previous: PreviousRelease, before: Catalog): readonly string[] {
  const reasons = parsePrevious(previous).queries.flatMap(({ text, node }) => {
    const resolution = resolve(node, before);
    const missing = 'error' in resolution && !resolution.unknown && MISSING.includes(resolution.code);
    return missing ? [`${resolution.error} (${text.slice(0, 120)})`] : [];
  });
  return [...new Set(reasons)];
}

/** undefined_table, undefined_column. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const MISSING = ['42P01', '42703'];
