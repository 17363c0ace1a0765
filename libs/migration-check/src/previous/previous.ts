import { z } from 'zod';

/** What the release that still runs does with the database; written by its build into its artifact. */
export const PreviousRelease = z.strictObject({
  /** Columns that its entities map, by table (`name` or `schema.name`): it reads them, and what is not listed it does not map. */
  columns: z.record(z.string(), z.array(z.string())),
  /**
   * What it runs besides, as SQL. Literals stand for every value that it writes there: a literal is never null and is representative.
   * `$1` may be anything, null too.
   */
  queries: z.array(z.string()),
});
export type PreviousRelease = z.infer<typeof PreviousRelease>;
