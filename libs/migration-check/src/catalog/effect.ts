import type { RuleName } from '../verdict.ts';
import type { Id } from './catalog.ts';

/** PostgreSQL's table locks, weakest first. https://www.postgresql.org/docs/current/explicit-locking.html */
export const LOCKS = [
  ...(['access share', 'row share', 'row exclusive', 'share update exclusive'] as const),
  ...(['share', 'share row exclusive', 'exclusive', 'access exclusive'] as const),
] as const;
export type Lock = (typeof LOCKS)[number];

/** What one statement does to a catalog besides changing it; in the order in which it happens. */
export type Effect =
  | { readonly what: 'lock'; readonly table: Id; readonly lock: Lock }
  /** Work that takes as long as the table is large. `by`: for the message, like `SET NOT NULL`. */
  | {
      readonly what: 'scan' | 'rewrite' | 'index';
      readonly table: Id;
      readonly by: string;
      readonly rule: RuleName;
      readonly rewrite: string;
    }
  /** Rows of an existing table change or go. `columns`: those that get other values; null: whole rows come or go. */
  | { readonly what: 'rows'; readonly table: Id; readonly change: 'insert' | 'update' | 'delete'; readonly columns: readonly Id[] | null }
  /** It fails, whatever the rows are. `concurrently`: only for the transaction that it runs in. */
  | { readonly what: 'failure'; readonly message: string; readonly concurrently: boolean; readonly rewrite: string }
  /** It cannot be read: nobody can say what it does. */
  | { readonly what: 'unreadable'; readonly message: string };
