import type { Catalog, Id } from '../catalog/catalog.ts';
import type { Asked, Pair } from './asked.ts';
import type { Breakage } from './breakage.ts';

/** Partitions and children whose rows a query has found in their parent, and does not find any more. */
export function childChanges({ what }: Asked, { before, after, was }: Pair): readonly Breakage[] {
  const read = new Set(was.relations.filter(({ access }) => access !== 'insert').map(({ relation }) => relation));
  return [...read].flatMap((id): readonly Breakage[] => {
    const now = new Set(descendants(after, id));
    const gone = descendants(before, id).find((child) => !now.has(child));
    if (gone === undefined || !after.relations.has(id)) return [];
    const [parent, child] = [id, gone].map((one) => before.relations.get(one)?.name ?? '?');
    const message = `${what} of the previous release does not find the rows of "${child ?? ''}" in "${parent ?? ''}" any more.`;
    return [{ rule: 'change-data', verdict: 'unsafe', message, rewrite: 'Leave it where it is until no slot runs the previous release.' }];
  });
}

function descendants(catalog: Catalog, id: Id): readonly Id[] {
  const children = [...catalog.relations.values()].filter(({ partition, inherits }) => partition?.parent === id || inherits.includes(id));
  return children.flatMap((child) => [child.id, ...descendants(catalog, child.id)]);
}
