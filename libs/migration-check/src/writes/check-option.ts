import type { Node } from 'libpg-query';
import type { Catalog, Relation } from '../catalog/catalog.ts';
import { FALSE, NULL, truthsOf } from '../evaluate/abstract.ts';
import { canonical, cases, columnsIn, conjuncts } from '../evaluate/domain.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import type { Breakage } from '../previous/breakage.ts';
import { as } from '../sql/node.ts';
import { unclear, unsafe, type OldWrite } from './old-writes.ts';
import { scopeOf } from './row.ts';
import type { Simulation } from './simulation.ts';

const LATER = 'Add the CHECK OPTION when the previous release is gone.';

/** Rows that are written through a view and that it does not show, which its new CHECK OPTION refuses. */
export function checkOptionBreakages(
  { label, resolution, write }: OldWrite,
  { relation, rows, set }: Simulation,
  before: Catalog,
  after: Catalog,
): readonly Breakage[] {
  if (resolution === null || write.command === 'delete') return [];
  const views = resolution.relations.flatMap(({ relation: id, access }) =>
    access === write.command ? (after.relations.get(id) ?? []) : [],
  );
  return views.flatMap((view): readonly Breakage[] => {
    if (view.kind !== 'view' || view.checkOption !== true || isSame(view, before.relations.get(view.id))) return [];
    const message = `"${label}" may fail: new row violates check option for view "${view.name}" (SQLSTATE 44000).`;
    const [below, ...more] = view.dependsOn;
    if (below?.relation !== relation.id || more.length > 0) return [unclear('change-view', message, LATER)];
    const names = new Set(relation.columns.filter(({ id }) => set.has(id)).map(({ name }) => name));
    const parts = partsOf(view.query).filter((part) => write.command === 'insert' || [...columnsIn(part)].some((name) => names.has(name)));
    const refused = rows.some(({ new: row }) =>
      parts.some(
        (part) =>
          row !== null &&
          cases(row, columnsIn(part)).some((one) => {
            const value = evaluate(part, scopeOf(one, after));
            return value.kind === 'fault' || (truthsOf(value) & (FALSE | NULL)) !== 0;
          }),
      ),
    );
    return refused ? [unsafe('change-view', message, LATER)] : [];
  });
}

function isSame(view: Relation, was: Relation | undefined): boolean {
  return was?.checkOption === true && canonical(was.query) === canonical(view.query);
}

function partsOf(query: Node | null): readonly Node[] {
  const condition = as('SelectStmt', query ?? undefined)?.whereClause;
  return condition === undefined ? [] : conjuncts(condition);
}
