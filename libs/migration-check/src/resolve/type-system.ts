import type { TypeName } from 'libpg-query';
import type { Catalog, Relation, TypeRef, UserType } from '../catalog/catalog.ts';
import { builtInType, type TypeKey } from './built-ins.ts';
import { refuse } from './refusal.ts';

/** Of a literal or a parameter whose type follows from where it stands. */
export const UNKNOWN: TypeRef = { schema: 'pg_catalog', name: 'unknown', mods: [], array: false };

export function builtIn(name: string): TypeRef {
  return { schema: 'pg_catalog', name: name.replace(/^_/, ''), mods: [], array: name.startsWith('_') };
}

export function keyOf({ schema, name, array }: TypeRef): TypeKey {
  return `${array ? '_' : ''}${schema === 'pg_catalog' ? name : `${schema}.${name}`}`;
}

export function refOf(key: TypeKey): TypeRef {
  const array = key.startsWith('_');
  const plain = array ? key.slice(1) : key;
  const dot = plain.indexOf('.');
  return { schema: dot < 0 ? 'pg_catalog' : plain.slice(0, dot), name: plain.slice(dot + 1), mods: [], array };
}

/** As PostgreSQL writes it, for messages. */
export function typeText({ schema, name, mods, array }: TypeRef): string {
  const long: Partial<Record<string, string>> = { int4: 'integer', int8: 'bigint', int2: 'smallint', bool: 'boolean', bpchar: 'character' };
  const spoken: Partial<Record<string, string>> = { varchar: 'character varying', timestamptz: 'timestamp with time zone', ...long };
  const plain = schema === 'pg_catalog' || schema === 'public' ? (spoken[name] ?? name) : `${schema}.${name}`;
  return `${plain}${mods.length > 0 ? `(${mods.join(',')})` : ''}${array ? '[]' : ''}`;
}

/** Extensions without types of their own. */
const TYPELESS = new Set([
  ...[
    'plpgsql',
    'uuid-ossp',
    'pgcrypto',
    'pg_trgm',
    'unaccent',
    'fuzzystrmatch',
    'tablefunc',
    'pg_stat_statements',
    'btree_gin',
    'btree_gist',
  ],
  ...['dblink', 'postgres_fdw', 'pg_cron', 'pgstattuple', 'pg_buffercache', 'intarray', 'moddatetime'],
]);

/** The types of one catalog, as PostgreSQL's coercion sees them. */
export class TypeSystem {
  readonly catalog: Catalog;
  readonly searchPath: readonly string[];

  constructor(catalog: Catalog, searchPath: readonly string[]) {
    this.catalog = catalog;
    this.searchPath = searchPath;
  }

  /** Functions of extensions are not in the catalog. */
  isExtended(): boolean {
    return [...this.catalog.extensions].some((extension) => extension !== 'plpgsql');
  }

  /** There may be types, and functions and operators over them, that the catalog does not have. */
  hasOtherTypes(): boolean {
    return [...this.catalog.extensions].some((extension) => !TYPELESS.has(extension));
  }

  user(key: TypeKey): UserType | undefined {
    const { schema, name, array } = refOf(key);
    if (array || schema === 'pg_catalog') return undefined;
    return [...this.catalog.types.values()].find((type) => type.schema === schema && type.name === name);
  }

  /** The table or view whose rows have this type. */
  rowOf(key: TypeKey): Relation | undefined {
    const { schema, name, array } = refOf(key);
    if (array || schema === 'pg_catalog') return undefined;
    return [...this.catalog.relations.values()].find((relation) => relation.schema === schema && relation.name === name);
  }

  /** false: of an extension, or of a schema that is not known, so that nothing is certain about it. */
  isKnown(key: TypeKey): boolean {
    const plain = key.startsWith('_') ? key.slice(1) : key;
    if (!plain.includes('.')) return builtInType(plain) !== undefined;
    return this.user(plain) !== undefined || this.rowOf(plain) !== undefined;
  }

  /** What is below a domain. */
  base(key: TypeKey): TypeKey {
    const type = this.user(key);
    return type?.kind === 'domain' && type.base !== null ? this.base(keyOf(type.base)) : key;
  }

  element(key: TypeKey): TypeKey | null {
    const base = this.base(key);
    if (base === 'int2vector') return 'int2';
    if (base === 'oidvector') return 'oid';
    return base.startsWith('_') ? base.slice(1) : null;
  }

  /** By CREATE CAST. */
  hasCast(from: TypeKey, to: TypeKey): boolean {
    return this.catalog.casts.has(`${refOf(from).name}>${refOf(to).name}`);
  }

  category(key: TypeKey): string {
    const base = this.base(key);
    if (base.startsWith('_')) return 'A';
    const type = this.user(base);
    if (type !== undefined) return { enum: 'E', composite: 'C', range: 'R', domain: 'U' }[type.kind];
    return builtInType(base)?.category ?? (this.rowOf(base) === undefined ? 'U' : 'C');
  }

  isPreferred(key: TypeKey): boolean {
    return builtInType(key)?.preferred ?? false;
  }

  isEnum(key: TypeKey): boolean {
    return this.user(key)?.kind === 'enum';
  }

  isComplex(key: TypeKey): boolean {
    return this.user(key)?.kind === 'composite' || this.rowOf(key) !== undefined;
  }

  /** Attributes of a composite type or of a table's rows; null: it has none or they are not known. */
  fields(key: TypeKey): readonly { readonly name: string; readonly type: TypeRef }[] | null {
    const base = this.base(key);
    return this.user(base)?.attributes ?? this.rowOf(base)?.columns ?? null;
  }

  /** Throws 42704 where there is none. */
  named(typeName: TypeName): TypeRef {
    const names = (typeName.names ?? []).map((name) => ('String' in name ? (name.String.sval ?? '') : ''));
    const mods = (typeName.typmods ?? []).flatMap((mod) => ('A_Const' in mod && mod.A_Const.ival ? [mod.A_Const.ival.ival ?? 0] : []));
    const bare = names.at(-1) ?? '';
    const array = (typeName.arrayBounds ?? []).length > 0 || bare.startsWith('_');
    return { ...this.#find(names.length > 1 ? (names.at(-2) ?? null) : null, bare.replace(/^_/, '')), mods, array };
  }

  #find(schema: string | null, name: string): { schema: string; name: string } {
    if ((schema === null || schema === 'pg_catalog') && builtInType(name) !== undefined) return { schema: 'pg_catalog', name };
    for (const one of schema === null ? this.searchPath : [schema]) if (this.isKnown(`${one}.${name}`)) return { schema: one, name };
    const elsewhere = schema === 'pg_catalog' || schema === 'information_schema' || this.hasOtherTypes();
    return elsewhere ? { schema: schema ?? '', name } : refuse('42704', `type "${name}" does not exist`);
  }
}
