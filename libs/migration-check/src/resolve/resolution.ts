import type { Node } from 'libpg-query';
import type { Id, TypeRef } from '../catalog/catalog.ts';

/** What a query writes into a column. */
export type Value =
  | { readonly kind: 'literal'; readonly value: string | number | boolean; readonly node: Node }
  | { readonly kind: 'null' | 'default' | 'parameter' }
  /** Anything else. `nullable`: it may be null as far as one can see. */
  | { readonly kind: 'expression'; readonly node: Node; readonly nullable: boolean };

/** One INSERT, UPDATE, DELETE (or MERGE branch) inside of a query, on the base table behind a view. */
export interface Write {
  readonly command: 'insert' | 'update' | 'delete';
  readonly table: Id;
  /** Columns that are named, or meant by position; several rows of VALUES give a write each. */
  readonly values: readonly { readonly column: Id; readonly value: Value }[];
  /** Of an INSERT. */
  readonly conflict: {
    /** The unique index that is the arbiter; null: any (ON CONFLICT DO NOTHING without a target). */
    readonly index: Id | null;
    readonly action: 'nothing' | 'update';
    readonly sets: readonly { readonly column: Id; readonly value: Value }[];
  } | null;
}

/** One column that a query reads. */
export interface Read {
  readonly column: Id;
  readonly type: TypeRef;
  /** Only inside of COALESCE, IS NULL, IS DISTINCT FROM or the like: a null does no harm. */
  readonly nullSafe: boolean;
}

/** What the names in a query mean on one catalog. Two resolutions with other ids are other meanings. */
export interface Resolution {
  readonly relations: readonly { readonly relation: Id; readonly access: 'read' | 'insert' | 'update' | 'delete' }[];
  readonly reads: readonly Read[];
  /** The outermost result; type null: not known. `star`: it comes from `*`, so that its place and number follow the table. */
  readonly output: readonly { readonly name: string; readonly type: TypeRef | null; readonly column: Id | null; readonly star: boolean }[];
  readonly writes: readonly Write[];
  readonly routines: readonly Id[];
  readonly sequences: readonly Id[];
  readonly types: readonly Id[];
}

/** Why PostgreSQL would refuse the query, in its own words where possible. */
export interface Unresolved {
  readonly error: string;
  /** Its SQLSTATE: 42P01 undefined table, 42703 undefined column, 42702 ambiguous column … */
  readonly code: string;
  /** Beyond what is understood here: nobody can say. */
  readonly unknown: boolean;
}
