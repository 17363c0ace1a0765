import type { RuleName } from '../verdict.ts';

/** One line a rule; the page of each says more. */
export const RULE_TITLES: Record<RuleName, string> = {
  'add-column': 'A new column must not rewrite the table, and must not be asked of those who do not know it',
  'remove-column': 'A column goes only after no release that runs uses it',
  'rename-column': 'A new name is a new column, kept in step until no release that runs uses the old name',
  'add-table': 'A new table must not take a name or bind rows that the previous release uses',
  'change-column-type': 'A change of type must keep every value, the queries that use it, and the table on its feet',
  'add-index': 'An index on a table in use is built CONCURRENTLY, outside of a transaction',
  'add-not-null': 'NOT NULL comes after a validated check, and after every release writes a value',
  'add-constraint': 'A constraint binds the previous release at once; rows that exist are checked without a lock',
  'change-data': 'Values that the previous release reads stay as they are',
  'change-default': 'A default that the previous release leans on stays',
  'change-type': 'Enums, domains and composite types keep what the previous release writes and reads',
  'change-view': 'A view or table that the previous release uses keeps its name, its columns and its rights',
  'change-routine': 'Functions and triggers keep doing to its rows what the previous release expects',
  'lock-and-scan': 'Nothing that takes long happens under a lock that others wait for',
  'cannot-run': 'The migration runs on the schema that is there',
  unreadable: 'What cannot be read is unknown, and unknown is not safe',
  'unused-silence': 'A silence that silences nothing goes',
  phase: 'Each migration belongs to the release whose phase allows it',
};
