import { stringsOf, within } from '../sql/node.ts';
import type { Catalog } from './catalog.ts';
import { callersOf, type Dependent } from './dependents.ts';

interface Members {
  readonly functions: readonly string[];
  readonly types: readonly string[];
  /** It has operator classes, so that indexes may rely on it: that is not looked at. */
  readonly isIndexed: boolean;
}

/* cspell:disable */
/** Of extensions that come with PostgreSQL: what expressions and columns may use. */
const MEMBERS: Readonly<Record<string, Members>> = {
  'uuid-ossp': {
    functions: [
      'uuid_generate_v1',
      'uuid_generate_v1mc',
      'uuid_generate_v3',
      'uuid_generate_v4',
      'uuid_generate_v5',
      'uuid_nil',
      'uuid_ns_dns',
      'uuid_ns_url',
    ],
    ...{ types: [], isIndexed: false },
  },
  pgcrypto: {
    functions: ['gen_random_bytes', 'gen_salt', 'crypt', 'digest', 'hmac', 'encrypt', 'decrypt', 'pgp_sym_encrypt', 'pgp_sym_decrypt'],
    types: [],
    isIndexed: false,
  },
  unaccent: { functions: ['unaccent'], types: [], isIndexed: false },
  citext: { functions: [], types: ['citext'], isIndexed: false },
  pg_stat_statements: { functions: [], types: [], isIndexed: false },
};
/* cspell:enable */

/** What a DROP EXTENSION takes along or is hindered by; null: what it has is not known. */
export function dependentsOfExtension(catalog: Catalog, name: string): readonly Dependent[] | null {
  const members = MEMBERS[name];
  if (members === undefined) return null;
  const calls = (expression: unknown): boolean =>
    within('FuncCall', { expression }).some(({ funcname }) => members.functions.includes(stringsOf(funcname).at(-1) ?? ''));
  const columns = [...catalog.relations.values()].flatMap((table) =>
    table.columns
      .filter(({ type }) => type.schema !== 'pg_catalog' && members.types.includes(type.name))
      .map((column): Dependent => ({ what: 'column', table, column })),
  );
  return [...callersOf(catalog, '', calls), ...columns];
}
