import { columnName, objectName, qualified, quoted } from './identifier.ts';
import type { PlannedMigration } from './planned-migration.ts';
import type { Request } from './request.ts';

/** Built beside the writers. `target`: `table.column` or `table.column,column`. */
export function addIndex({ target, options, unique }: Request): readonly PlannedMigration[] {
  const [first = '', ...others] = target.split(',');
  const name = columnName(first);
  const columns = [name.column, ...others.map((column) => column.trim().toLowerCase())];
  const index = options.name ?? objectName(name.table, ...columns, unique ? 'key' : 'idx');
  const there = name.schema === null ? quoted(index) : `${quoted(name.schema)}.${quoted(index)}`;
  return [
    {
      slug: `index-${name.table}-${columns.join('-')}`,
      phase: unique ? 'contract' : 'expand',
      transaction: false,
      about: unique
        ? 'No release that runs writes the same value twice any more. What a build that failed has left goes first.'
        : 'Built while others write, outside of a transaction. What a build that failed has left goes first.',
      up: [
        `DROP INDEX CONCURRENTLY IF EXISTS ${there}`,
        `CREATE ${unique ? 'UNIQUE ' : ''}INDEX CONCURRENTLY ${quoted(index)} ON ${qualified(name)} (${columns.map(quoted).join(', ')})`,
      ],
      down: [`DROP INDEX CONCURRENTLY IF EXISTS ${there}`],
      release: unique
        ? 'the release after the one that no longer writes a value twice, when only that one runs'
        : 'any release; the previous one may use it too',
    },
  ];
}
