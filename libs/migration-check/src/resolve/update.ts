import type { DeleteStmt, UpdateStmt } from 'libpg-query';
import type { Analysis, Output } from './analysis.ts';
import { checkGenerated, setClause, valuesOf } from './assignment.ts';
import { condition } from './condition.ts';
import { checkWritable, destinationOf } from './destination.ts';
import { from } from './from.ts';
import { notUnderstood } from './refusal.ts';
import { returning } from './returning.ts';
import { Scope } from './scope.ts';
import { withScope } from './with.ts';

export function update(analysis: Analysis, parent: Scope | null, statement: UpdateStmt): readonly Output[] {
  const { relation, targetList = [], fromClause = [], whereClause, returningClause } = statement;
  if (relation === undefined) return notUnderstood('an UPDATE');
  const scope = new Scope(withScope(analysis, parent, statement.withClause));
  const destination = destinationOf(analysis, relation, 'update');
  scope.add(destination.item);
  from(analysis, scope, fromClause);
  condition(analysis, scope, whereClause);
  const output = returning(analysis, scope, destination, returningClause);
  const assignments = setClause(analysis, scope, destination, targetList);
  analysis.later.push(() => {
    checkWritable(
      destination,
      assignments.map(({ index }) => index),
    );
    checkGenerated(destination, assignments, false);
    analysis.writes.push({ command: 'update', table: destination.table.id, values: valuesOf(destination, assignments), conflict: null });
  });
  return output;
}

export function remove(analysis: Analysis, parent: Scope | null, statement: DeleteStmt): readonly Output[] {
  const { relation, usingClause = [], whereClause, returningClause } = statement;
  if (relation === undefined) return notUnderstood('a DELETE');
  const scope = new Scope(withScope(analysis, parent, statement.withClause));
  const destination = destinationOf(analysis, relation, 'delete');
  scope.add(destination.item);
  from(analysis, scope, usingClause);
  condition(analysis, scope, whereClause);
  const output = returning(analysis, scope, destination, returningClause);
  analysis.later.push(() => {
    checkWritable(destination, []);
    analysis.writes.push({ command: 'delete', table: destination.table.id, values: [], conflict: null });
  });
  return output;
}
