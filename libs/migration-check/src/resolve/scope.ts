import type { Column, Relation, TypeRef } from '../catalog/catalog.ts';
import { refuse } from './refusal.ts';

/** A column of something in FROM. Two references to the same one are the same object. */
export interface ScopeColumn {
  readonly name: string;
  /** null: not known. */
  readonly type: TypeRef | null;
  /** The table's column that comes through unchanged. */
  readonly column: Column | null;
  /** What is read when it is: a view's column and those behind it. */
  readonly sources: readonly Column[];
  /** Also by an outer join. */
  nullable: boolean;
}

/** Something in FROM; PostgreSQL's ParseNamespaceItem. */
export interface Item {
  readonly name: string | null;
  /** Of a table without an alias: `schema.table.column` means it. */
  readonly schema: string | null;
  readonly relation: Relation | null;
  readonly columns: readonly ScopeColumn[];
  /** It has columns that are not known. */
  readonly open: boolean;
  /** `name.column` means it. */
  named: boolean;
  /** `column` means it. */
  bare: boolean;
  lateralOnly: boolean;
}

export interface CommonTable {
  readonly name: string;
  /** Made when it is first read. */
  readonly columns: () => readonly ScopeColumn[];
}

const SYSTEM: Record<string, string> = { ctid: 'tid', xmin: 'xid', xmax: 'xid', cmin: 'cid', cmax: 'cid', tableoid: 'oid' };

/** The names that an expression sees at one level of a query. */
export class Scope {
  readonly parent: Scope | null;
  /** In the order of FROM. */
  items: readonly Item[] = [];
  /** Everything that has stood in FROM here, joined or not. */
  readonly all: Item[] = [];
  /** While something LATERAL is looked at. */
  lateralActive = false;
  readonly commonTables = new Map<string, CommonTable>();
  readonly windows = new Set<string>();
  /** An aggregate of this level has been seen. */
  aggregated = false;

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  add(item: Item): void {
    this.all.push(item);
    this.items = [...this.items, item];
  }

  commonTable(name: string): CommonTable | undefined {
    return this.commonTables.get(name) ?? this.parent?.commonTable(name);
  }

  /** `column`; null: there is none. Throws 42702. */
  bareColumn(name: string, outward = true): { readonly column: ScopeColumn; readonly scope: Scope } | null {
    const visible = this.items.filter(({ bare, lateralOnly }) => bare && (!lateralOnly || this.lateralActive));
    const found = visible.flatMap((item) => columnsNamed(item, name));
    if (found.length > 1) refuse('42702', `column reference "${name}" is ambiguous`);
    const column = found[0] ?? (visible.some(({ open }) => open) ? opaque(name) : undefined);
    if (column !== undefined) return { column, scope: this };
    return outward ? (this.parent?.bareColumn(name) ?? null) : null;
  }

  /** What `name.` means; null: nothing. Throws 42P09. */
  item(schema: string | null, name: string): { readonly item: Item; readonly scope: Scope } | null {
    const found = this.items.filter(
      (item) =>
        item.named && (!item.lateralOnly || this.lateralActive) && item.name === name && (schema === null || item.schema === schema),
    );
    if (found.length > 1) refuse('42P09', `table reference "${name}" is ambiguous`);
    return found[0] === undefined ? (this.parent?.item(schema, name) ?? null) : { item: found[0], scope: this };
  }
}

/** Of one thing in FROM, with PostgreSQL's own columns. */
export function columnsNamed(item: Item, name: string): readonly ScopeColumn[] {
  const found = item.columns.filter((column) => column.name === name);
  const system = SYSTEM[name];
  if (found.length > 0 || item.relation === null || system === undefined || item.relation.kind === 'view') return found;
  return [{ ...opaque(name), type: { schema: 'pg_catalog', name: system, mods: [], array: false }, nullable: false }];
}

export function opaque(name: string): ScopeColumn {
  return { name, type: null, column: null, sources: [], nullable: true };
}

export function itemOf(columns: readonly ScopeColumn[], name: string | null, more: Partial<Item> = {}): Item {
  return { name, schema: null, relation: null, columns, open: false, named: true, bare: true, lateralOnly: false, ...more };
}
