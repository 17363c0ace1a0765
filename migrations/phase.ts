/**
 * A change of every row of a large table, in transactions of their own and one after the other, so that nobody waits for more than one batch.
 * It runs before `up`, which is best left empty; killed in the middle, it goes on where it was.
 */
export interface Batches {
  /** As SQL writes it, with its quotes. */
  readonly table: string;
  /** A column that is unique and never null, mostly the primary key; batches go up in its order. */
  readonly key: string;
  /** `UPDATE note SET title = left(text, 80) WHERE id = ANY ($1) AND title IS NULL`: $1 is an array with the keys of a batch. May run twice on a row. */
  readonly statement: string;
  /** Rows; default 1000. */
  readonly size?: number;
}

/** What a migration does to the release that is still running, and what else its runner has to know. */
export interface Phased {
  /** Only `contract` may take something away: it is applied when only releases run that do without it. */
  readonly phase: 'expand' | 'backfill' | 'contract';
  readonly batches?: Batches;
  /** Of a contract step: the oldest release that runs after it, `1.4.0`; default: the one that applies it. Older ones then refuse to start. */
  readonly needs?: string;
}
