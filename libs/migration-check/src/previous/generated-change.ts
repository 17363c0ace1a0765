import type { Node } from 'libpg-query';
import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import { stringsOf } from '../sql/node.ts';
import type { Asked, Pair } from './asked.ts';
import type { Breakage } from './breakage.ts';
import { plainColumn } from './routine-body.ts';

/** Columns that PostgreSQL computed and that it does not compute any more, or otherwise. */
export function generatedChanges({ what }: Asked, { before, after, was }: Pair): readonly Breakage[] {
  return was.reads.flatMap(({ column }): readonly Breakage[] => {
    const [old, now] = [tableOf(before, column), tableOf(after, column)];
    const [a, b] = [old, now].map((table) => table?.columns.find(({ id }) => id === column));
    if (a?.generated == null || b === undefined || old === undefined || now === undefined) return [];
    const same = b.generated !== null && textOf(a.generated.expression, old) === textOf(b.generated.expression, now);
    if (same) return [];
    const message = `${what} of the previous release reads "${a.name}", which is ${b.generated === null ? 'not computed any more' : 'computed otherwise now'}.`;
    return [{ rule: 'change-data', verdict: 'unsafe', message, rewrite: 'Add a second column for the new values, and leave this one.' }];
  });
}

/** Generated columns that are nothing but another column of their row, by their ids with that one's. */
export function standIns(catalog: Catalog): ReadonlyMap<Id, Id> {
  const found = new Map<Id, Id>();
  for (const { columns } of catalog.relations.values()) {
    for (const { id, generated, type } of columns) {
      const name = generated === null ? null : plainColumn(generated.expression);
      const same = name === null ? undefined : columns.find((column) => column.name === name && column.type.name === type.name);
      if (same !== undefined) found.set(id, same.id);
    }
  }
  return found;
}

function tableOf({ relations }: Catalog, column: Id): Relation | undefined {
  return [...relations.values()].find(({ columns }) => columns.some(({ id }) => id === column));
}

/** Without the places in the text; a column by its id. */
function textOf(expression: Node, { columns }: Relation): string {
  return JSON.stringify(expression, (key, value: unknown) => {
    if (key === 'location' || key.endsWith('_location')) return undefined;
    const words = key === 'fields' && Array.isArray(value) ? stringsOf(value as Node[]) : [];
    return columns.find(({ name }) => name === words.at(-1))?.id ?? value;
  });
}
