/** One migration that is to be written. */
export interface PlannedMigration {
  /** In the file's name, and as `PascalCase` in the class's: `add-projects-archived-at`. */
  readonly slug: string;
  readonly phase: 'expand' | 'backfill' | 'contract';
  /** false: it runs outside of a transaction, for CONCURRENTLY and where each statement has to let go of its locks. */
  readonly transaction: boolean;
  /** What the class says of itself: a sentence or two. */
  readonly about: string;
  readonly up: readonly string[];
  /** null: there is no way back, `noWayBack` says why. */
  readonly down: readonly string[] | null;
  readonly noWayBack?: string;
  /** Rows that are filled a part at a time; `up` is empty then. */
  readonly batches?: Batches;
  /** In which release it belongs. */
  readonly release: string;
}

/** One column that gets its value in rows that have none. All are SQL, names with their quotes. */
export interface Batches {
  readonly table: string;
  /** A column that is unique and never null. */
  readonly key: string;
  readonly column: string;
  /** What it gets; rows where this is null too stay as they are. */
  readonly value: string;
}
