import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import type { Write } from '../resolve/resolution.ts';
import { allPartitionsOf, mayReach } from './partitions.ts';
import type { Simulation } from './simulation.ts';
import { runTrigger, triggersFor } from './trigger-run.ts';

/** The same write as each partition sees it into which its rows may come: with what the partition has of its own and its table has not. */
export function routed(simulation: Simulation, command: Write['command'], catalog: Catalog): readonly Simulation[] {
  const { relation } = simulation;
  if (relation.kind !== 'partitioned') return [];
  return allPartitionsOf(relation, catalog).flatMap((partition) => {
    const rows = simulation.rows.filter(({ new: row, old }) => {
      const one = row ?? old;
      return one !== null && mayReach(one, partition, relation, catalog);
    });
    if (rows.length === 0) return [];
    const own = ownOf(partition, relation);
    const set = new Set<Id>(own.columns.flatMap(({ id, name }) => (isSet(simulation, name) ? [id] : [])));
    const triggers = triggersFor(own, command, set).filter(({ forEach }) => forEach === 'row');
    const runs = triggers.flatMap((trigger) => rows.map((row) => runTrigger(trigger, own, catalog, command, row)));
    return [{ ...simulation, relation: own, rows, set, runs }];
  });
}

function isSet({ relation, set }: Simulation, name: string): boolean {
  return relation.columns.some((column) => column.name === name && set.has(column.id));
}

/** Without what it has from its table, which is judged there. */
function ownOf(partition: Relation, table: Relation): Relation {
  const isOwn = ({ kind, name }: Relation['constraints'][number]): boolean =>
    !table.constraints.some((constraint) => constraint.kind === kind && constraint.name === name);
  return {
    ...partition,
    constraints: partition.constraints.filter(isOwn),
    triggers: partition.triggers.filter(({ name }) => !table.triggers.some((trigger) => trigger.name === name)),
  };
}
