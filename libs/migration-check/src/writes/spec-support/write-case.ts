/** A schema, a migration of it, and what the old release writes, with what PostgreSQL does then. */
export interface WriteCase {
  readonly name: string;
  readonly schema: string;
  readonly migration: string;
  /** Each runs twice, before and after, unless `once`. */
  readonly queries: readonly string[];
  /**
   * `safe`: they pass and do the same. A SQLSTATE: one of them is refused with it. `lost`: they pass, and `look` sees something else than without the
   * migration. `unknown`: nobody can say.
   */
  readonly expected: string;
  readonly once?: boolean;
  /** What `$1`, `$2` may be: each list is tried. */
  readonly parameters?: readonly (readonly unknown[])[];
  readonly mapped?: Readonly<Record<string, readonly string[]>>;
  /** What an entity may run besides, for PostgreSQL alone. */
  readonly entity?: readonly string[];
  readonly look?: string;
  /** What the new release writes before the old one writes again, for PostgreSQL alone. */
  readonly newRelease?: string;
  /** `table.column` that the migration made and left null in existing rows. */
  readonly unfilled?: readonly string[];
}

export const writeCase = (
  name: string,
  schema: string,
  migration: string,
  queries: readonly string[],
  expected: string,
  more: Partial<WriteCase> = {},
): WriteCase => ({ name, schema, migration, queries, expected, ...more });
