import type { QueryRunner } from 'typeorm';

/** Rows of one statement, whatever kind it is; values only as parameters. `T` is what the statement says that they are. */
export async function rowsOf<T>(runner: QueryRunner, sql: string, parameters: readonly unknown[] = []): Promise<readonly T[]> {
  return (await runner.query(sql, [...parameters], true)).records as T[];
}
