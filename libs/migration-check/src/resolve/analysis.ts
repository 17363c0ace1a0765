import type { Node, RangeVar, SelectStmt } from 'libpg-query';
import type { Catalog, Column, Id, Relation, TypeRef } from '../catalog/catalog.ts';
import type { Signature } from './built-ins.ts';
import { refuse } from './refusal.ts';
import type { Resolution, Write } from './resolution.ts';
import type { Scope, ScopeColumn } from './scope.ts';
import { keyOf, TypeSystem, UNKNOWN } from './type-system.ts';

/** An expression that is understood. */
export interface Typed {
  /** null: not known; UNKNOWN: a literal or a parameter whose type follows from where it stands. */
  readonly type: TypeRef | null;
  /** Of an untyped literal. */
  readonly literal?: string;
  /** Of a parameter that has no type yet. */
  readonly parameter?: number;
  /** A reference to nothing but this column. */
  readonly reference?: ScopeColumn;
  readonly nullable: boolean;
  /** It may give several rows. */
  readonly set?: boolean;
  /** Of a function: the columns that it gives in FROM. */
  readonly outs?: Signature['columns'];
  /** Of a row: what it is made of. */
  readonly row?: readonly Typed[];
}

/** One column of a query's result. */
export interface Output extends ScopeColumn {
  readonly star: boolean;
  readonly typed: Typed;
  /** null: it comes from `*`. */
  readonly node: Node | null;
}

/** A result column under its name, as something in FROM shows it. */
export function shown({ name, type, column, sources, nullable }: Output): ScopeColumn {
  return { name, type, column, sources, nullable };
}

/** The parts that call each other around in a circle. */
export interface Parts {
  readonly expression: (analysis: Analysis, scope: Scope, node: Node) => Typed;
  readonly select: (analysis: Analysis, parent: Scope | null, select: SelectStmt, keepUntyped?: boolean) => readonly Output[];
  /** SELECT, VALUES, INSERT, UPDATE, DELETE or MERGE: its result. */
  readonly query: (analysis: Analysis, parent: Scope | null, node: Node) => readonly Output[];
}

/** A column reference in the text of a query and what it means. */
export interface Binding {
  readonly column: ScopeColumn;
  readonly scope: Scope;
}

/** What stands behind a view. */
export interface ViewMeaning {
  /** By the view's columns; a column where it is shown as it is. */
  readonly columns: readonly { readonly column: Column | null; readonly sources: readonly Column[] }[];
  /** Read to find its rows. */
  readonly others: readonly Column[];
  /** What an auto-updatable one shows, and whether it has a WHERE; null: it is not one. */
  readonly through: { readonly table: RangeVar; readonly filtered: boolean } | null;
}

/** What a name in the text means. */
export interface Name {
  /** In bytes; -1: a column of the result that is meant again. */
  readonly location: number;
  /** The table's column that it stands for; null: several, or something computed. */
  readonly column: Id | null;
  /** All columns that are behind it: of tables, and of views on the way. */
  readonly sources: readonly Id[];
}

/** What has been found out so far about one statement. */
export class Analysis {
  readonly catalog: Catalog;
  readonly types: TypeSystem;
  readonly parts: Parts;
  readonly relations = new Map<string, Resolution['relations'][number]>();
  readonly reads = new Map<Id, { readonly column: Column; nullSafe: boolean }>();
  readonly writes: Write[] = [];
  readonly routines = new Set<Id>();
  readonly sequences = new Set<Id>();
  readonly userTypes = new Set<Id>();
  readonly bindings = new Map<unknown, Binding>();
  /** Calls of aggregates. */
  readonly aggregates = new Set<unknown>();
  /** Calls that make the number of rows another: aggregates, window functions, sets. */
  readonly manifold = new Set<unknown>();
  readonly views = new Map<Id, ViewMeaning>();
  /** What each name in the text means, in the order in which it is looked at. */
  readonly names: Name[] = [];
  /** Every column that is read, in order, so that one can see what an expression reads. */
  readonly log: Column[] = [];
  /** More than 0: inside of something that a null does no harm to. */
  nullSafe = 0;
  /** What comes after analysis: the rewriter's and the planner's part. */
  readonly later: (() => void)[] = [];
  /** Told of each table in FROM. */
  onTable: ((range: RangeVar, relation: Relation) => void) | null = null;
  /** Of a view's query: the columns that it has read since it was made. What its tables have got after that it does not see. */
  within: ReadonlyMap<Id, ReadonlySet<Id>> | null = null;
  readonly #parameters = new Map<number, TypeRef | null>();

  constructor(catalog: Catalog, searchPath: readonly string[], parts: Parts) {
    this.catalog = catalog;
    this.types = new TypeSystem(catalog, searchPath);
    this.parts = parts;
  }

  expression(scope: Scope, node: Node): Typed {
    return this.parts.expression(this, scope, node);
  }

  /** What stands where a null does no harm. */
  safely<T>(what: () => T): T {
    this.nullSafe++;
    try {
      return what();
    } finally {
      this.nullSafe--;
    }
  }

  uses(relation: Relation, access: Resolution['relations'][number]['access']): void {
    this.relations.set(`${String(relation.id)} ${access}`, { relation: relation.id, access });
  }

  /** The reference itself counts as a name, what is behind it as read. */
  refer(node: unknown, location: number, { column, scope }: Binding): Typed {
    if (node !== null) this.bindings.set(node, { column, scope });
    this.names.push({ location, column: column.column?.id ?? null, sources: column.sources.map(({ id }) => id) });
    this.read(column);
    return { type: this.known(column.type), reference: column, nullable: column.nullable };
  }

  read({ sources }: Pick<ScopeColumn, 'sources'>): void {
    for (const column of sources) {
      const before = this.reads.get(column.id);
      if (before === undefined) this.reads.set(column.id, { column, nullSafe: this.nullSafe > 0 });
      else if (this.nullSafe === 0) before.nullSafe = false;
      this.log.push(column);
      this.meansType(column.type);
    }
  }

  /** null where nothing is certain about a type. */
  known(type: TypeRef | null): TypeRef | null {
    return type !== null && this.types.isKnown(keyOf(type)) ? type : null;
  }

  meansType(type: TypeRef | null): void {
    if (type === null || type.schema === 'pg_catalog') return;
    const user = this.types.user(keyOf({ ...type, array: false }));
    if (user !== undefined) this.userTypes.add(user.id);
  }

  /** A parameter has the type that the first use gives it. */
  parameter(number: number): Typed {
    const type = this.#parameters.get(number);
    if (type === undefined) this.#parameters.set(number, UNKNOWN);
    return type === undefined || type === UNKNOWN ? { type: UNKNOWN, parameter: number, nullable: true } : { type, nullable: true };
  }

  /** Throws 42P08 where it has been of another type. */
  decideParameter(number: number, type: TypeRef | null): void {
    const before = this.#parameters.get(number);
    if (before === undefined || before === UNKNOWN || before === null) this.#parameters.set(number, type);
    else if (type !== null && keyOf(before) !== keyOf(type)) refuse('42P08', `inconsistent types deduced for parameter $${String(number)}`);
  }

  /** Throws 42P18 where nothing says of which type a parameter is. */
  checkParameters(): void {
    for (const [number, type] of this.#parameters) {
      if (type === UNKNOWN) refuse('42P18', `could not determine data type of parameter $${String(number)}`);
    }
  }
}
