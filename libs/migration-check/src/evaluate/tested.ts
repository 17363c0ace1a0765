import type { Relation } from '../catalog/catalog.ts';

/** A CHECK looks at the form of the text. */
export function isTested({ columns, constraints }: Relation, name: string): boolean {
  const id = columns.find((column) => column.name === name)?.id;
  return constraints.some(({ kind, columns: named, expression }) => {
    const text = JSON.stringify(expression ?? null);
    return kind === 'check' && id !== undefined && named.includes(id) && (text.includes('"~"') || text.includes('AEXPR_SIMILAR'));
  });
}
