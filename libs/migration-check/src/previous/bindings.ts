import type { Catalog } from '../catalog/catalog.ts';
import { resolve } from '../resolve/resolve.ts';
import type { Asked } from './asked.ts';
import { comparedBreakages } from './comparison.ts';
import { failure, notOfThisSchema } from './failure.ts';
import type { Breakage } from './breakage.ts';
import { type MappedTable, mappedTables, selectOf } from './mapped.ts';
import type { ParsedPrevious } from './parsed.ts';

/**
 * What the names in the previous release's queries and mapped columns meant before and do not mean after: what fails, what is another column, what a
 * driver gives as another value, and what may be null now. It goes on with the search path that it had. Triggers, rules and policies are not looked at.
 */
export function bindingBreakages(before: Catalog, after: Catalog, { previous, queries }: ParsedPrevious): readonly Breakage[] {
  const mapped = mappedTables(previous, before);
  const asked = queries.map(({ text, node }): Asked => ({ what: excerpt(text), node }));
  return [...mapped.flatMap((table) => ofTable(before, after, table)), ...asked.flatMap((one) => ofQuery(before, after, one))];
}

function ofQuery(before: Catalog, after: Catalog, asked: Asked): readonly Breakage[] {
  const was = resolve(asked.node, before, before.searchPath);
  if ('error' in was) return [notOfThisSchema(asked.what, was)];
  const is = resolve(asked.node, after, before.searchPath);
  if ('error' in is) return [failure(asked.what, is, { before, after, was })];
  return comparedBreakages(asked, { before, after, was, is });
}

/** An entity's SELECT, and where it fails a SELECT of each column, so that all that are gone are said. */
function ofTable(before: Catalog, after: Catalog, table: MappedTable): readonly Breakage[] {
  const { name, relation, columns, missing } = table;
  if (relation === null)
    return [notOfThisSchema(`table "${name}"`, { error: `relation "${name}" does not exist`, code: '42P01', unknown: false })];
  const absent = missing.map((column) =>
    notOfThisSchema(`column "${column}" of "${name}"`, { error: `column "${column}" does not exist`, code: '42703', unknown: false }),
  );
  if (columns.length === 0) return absent;
  const select = (some: readonly string[]): Asked => ({
    what: `SELECT ${some.map((one) => `"${one}"`).join(', ')} FROM "${name}"`,
    node: selectOf(relation, some, before.searchPath),
  });
  const names = columns.map((column) => column.name);
  const whole = resolve(select(names).node, after, before.searchPath);
  const each = 'error' in whole && whole.code === '42703' ? names.map((one) => [one]) : [names];
  return [...absent, ...each.flatMap((some) => ofQuery(before, after, select(some)))];
}

function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 160 ? line : `${line.slice(0, 159)}…`;
}
