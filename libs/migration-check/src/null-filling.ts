import type { Node } from 'libpg-query';
import type { Id, Relation } from './catalog/catalog.ts';
import { as, stringsOf } from './sql/node.ts';
import type { Statement } from './sql/statement.ts';

/** Columns that an UPDATE touches only in rows where they are null: `UPDATE t SET c = … WHERE c IS NULL AND …`. */
export function filledWhereNull({ node }: Statement, relation: Relation): ReadonlySet<Id> {
  const names = new Set(nullOnes(as('UpdateStmt', node)?.whereClause));
  return new Set(relation.columns.filter(({ name }) => names.has(name)).map(({ id }) => id));
}

/** Names of columns that a condition wants to be null. */
function nullOnes(condition: Node | undefined): readonly string[] {
  const all = as('BoolExpr', condition);
  if (all?.boolop === 'AND_EXPR') return (all.args ?? []).flatMap(nullOnes);
  const test = as('NullTest', condition);
  return test?.nulltesttype === 'IS_NULL' ? stringsOf(as('ColumnRef', test.arg)?.fields).slice(-1) : [];
}
