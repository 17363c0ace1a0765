import type { Node } from 'libpg-query';

/** Never given out twice in one run: survives a rename, not a drop. */
export type Id = number;

/** A type as PostgreSQL knows it. */
export interface TypeRef {
  /** `pg_catalog` for built-in types. */
  readonly schema: string;
  /** The internal name: int4, int8, varchar, bpchar, timestamptz, bool, numeric, or that of an enum, domain, or composite. */
  readonly name: string;
  /** varchar(20): [20]; numeric(10,2): [10, 2]; empty: none. */
  readonly mods: readonly number[];
  readonly array: boolean;
}

export interface Column {
  readonly id: Id;
  name: string;
  type: TypeRef;
  notNull: boolean;
  /** As parsed; null: none. serial has nextval(). */
  default: Node | null;
  identity: 'always' | 'by default' | null;
  generated: { readonly kind: 'stored' | 'virtual'; readonly expression: Node } | null;
  collation: string | null;
}

export interface Constraint {
  readonly id: Id;
  name: string;
  readonly kind: 'check' | 'unique' | 'primary' | 'foreign' | 'exclude' | 'not null';
  /** Columns by id: of a check those that it names. */
  columns: readonly Id[];
  /** Of a check. */
  readonly expression: Node | null;
  validated: boolean;
  enforced: boolean;
  deferrable: boolean;
  /** Of unique, primary and exclude: the index that upholds it. */
  readonly index: Id | null;
  readonly references: {
    readonly table: Id;
    columns: readonly Id[];
    readonly onDelete: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';
    readonly onUpdate: 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';
  } | null;
}

export interface Index {
  readonly id: Id;
  schema: string;
  name: string;
  readonly table: Id;
  readonly method: string;
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  /** A column, or an expression that names some. */
  keys: readonly ({ readonly column: Id } | { readonly expression: Node; readonly columns: readonly Id[] })[];
  readonly include: readonly Id[];
  readonly predicate: { readonly expression: Node; readonly columns: readonly Id[] } | null;
  /** The index of the partitioned table that this one is a part of. */
  parent: Id | null;
  /** false: left by a CONCURRENTLY that failed, or ON ONLY a partitioned table. */
  valid: boolean;
}

export interface Trigger {
  name: string;
  readonly timing: 'before' | 'after' | 'instead of';
  readonly events: readonly ('insert' | 'update' | 'delete' | 'truncate')[];
  /** UPDATE OF these; empty: any. */
  readonly ofColumns: readonly Id[];
  readonly forEach: 'row' | 'statement';
  readonly when: Node | null;
  /** `schema.name` */
  readonly routine: string;
  enabled: boolean;
}

export interface Policy {
  name: string;
  readonly command: 'all' | 'select' | 'insert' | 'update' | 'delete';
  readonly permissive: boolean;
  using: Node | null;
  check: Node | null;
}

export interface Relation {
  readonly id: Id;
  schema: string;
  name: string;
  readonly kind: 'table' | 'partitioned' | 'view' | 'materialized view' | 'foreign';
  readonly temporary: boolean;
  columns: Column[];
  constraints: Constraint[];
  triggers: Trigger[];
  /** Of a view: its SELECT as parsed, and what it reads. */
  query: Node | null;
  dependsOn: readonly { readonly relation: Id; readonly columns: readonly Id[] }[];
  /** Changed by ATTACH and DETACH. */
  partition: { readonly parent: Id; readonly bound: Node | null } | null;
  partitionKey: { readonly strategy: string; readonly columns: readonly Id[] } | null;
  inherits: readonly Id[];
  rowSecurity: 'off' | 'on' | 'forced';
  policies: Policy[];
  /** Rules (CREATE RULE) other than a view's own. */
  rules: readonly string[];
  /** Of them those that were made with DO INSTEAD. `nothing`: INSTEAD NOTHING, whatever else they say. */
  insteadRules?: readonly { readonly name: string; readonly event: 'insert' | 'update' | 'delete'; readonly nothing: boolean }[];
  /** Of a view: WITH CHECK OPTION. */
  checkOption?: boolean;
}

export interface Routine {
  readonly id: Id;
  schema: string;
  name: string;
  readonly kind: 'function' | 'procedure' | 'aggregate';
  readonly arguments: readonly TypeRef[];
  readonly returns: TypeRef | 'trigger' | 'table' | null;
  readonly language: string;
  readonly volatility: 'volatile' | 'stable' | 'immutable';
  readonly body: string;
  /** Of RETURN and BEGIN ATOMIC: what the body stands on, by id. */
  readonly standsOn?: { readonly relations: Relation['dependsOn']; readonly types: readonly Id[]; readonly routines: readonly Id[] };
  /** The whole CREATE FUNCTION as written, for the parser of PL/pgSQL. */
  readonly source: string;
}

export interface UserType {
  readonly id: Id;
  schema: string;
  name: string;
  readonly kind: 'enum' | 'domain' | 'composite' | 'range';
  /** Of an enum, in order. */
  labels: string[];
  /** Of a domain. */
  base: TypeRef | null;
  notNull: boolean;
  default: Node | null;
  checks: { readonly id: Id; name: string; readonly expression: Node; validated: boolean }[];
  /** Of a composite. */
  attributes: { name: string; type: TypeRef }[];
}

export interface Sequence {
  readonly id: Id;
  schema: string;
  name: string;
  /** OWNED BY. */
  ownedBy: { readonly table: Id; readonly column: Id } | null;
  /** START; 1 where nothing is said. */
  start?: number;
  /** MAXVALUE, or that of its type; null: that of bigint. */
  maximum?: number | null;
  cycles?: boolean;
  /** By RESTART or setval(). `next`: the number that comes then; null: nobody can say. */
  moved?: { readonly times: number; readonly next: number | null };
  /** The last setval() was computed from rows or from another sequence: its numbers come behind those that are taken. */
  fitted?: boolean;
}

/** A schema as it is at one moment. Mutable while statements are applied; `structuredClone` makes a copy that stays. */
export interface Catalog {
  readonly schemas: Set<string>;
  readonly relations: Map<Id, Relation>;
  readonly indexes: Map<Id, Index>;
  readonly routines: Map<Id, Routine>;
  readonly types: Map<Id, UserType>;
  readonly sequences: Map<Id, Sequence>;
  readonly extensions: Set<string>;
  /** Relations of which nothing is written to the log. */
  readonly unlogged: Set<Id>;
  /** CREATE TABLE … OF: the type of each such table. */
  readonly typed: Map<Id, Id>;
  /** CREATE CAST, as `from>to` by internal names. */
  readonly casts: Set<string>;
  /** Where names without a schema are looked for, first to last; what is made goes into the first. */
  searchPath: readonly string[];
  /** `check_function_bodies`: whether CREATE FUNCTION looks into the body. */
  checksBodies: boolean;
  readonly sinceStart: SinceStart;
  /** What of the schema before could not be read, in sentences. */
  readonly unread: string[];
}

/** What a migration has done so far and a schema by itself does not show. `catalogOf` leaves it empty. */
export interface SinceStart {
  /** Relations and types that it made: those relations have no rows of others. */
  readonly created: Set<Id>;
  /** Of those, the ones that it wrote rows into. */
  readonly filled: Set<Id>;
  /** ALTER TYPE … ADD VALUE in the transaction that is open: they cannot be used before its end. */
  readonly labels: Map<string, Id>;
  /** CREATE ROLE. */
  readonly roles: Set<string>;
}
