import type { TypeRef, UserType } from './catalog.ts';
import { findType } from './lookup.ts';
import { refuse, type Work } from './work.ts';

const WITHOUT_ORDER = new Set(['json', 'xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'jsonpath']);
const GIN = new Set(['jsonb', 'tsvector']);
const GIST = new Set(['tsvector', 'tsquery', 'point', 'box', 'circle', 'polygon']);

/** @throws where an index method has no default operator class for a type. Types of extensions are taken to have one. */
export function requireOperatorClass(work: Work, method: string, type: TypeRef): void {
  if (hasOperatorClass(work, method, type)) return;
  refuse(
    `data type ${type.name} has no default operator class for access method "${method}"`,
    'Name an operator class that fits the type.',
  );
}

function hasOperatorClass({ catalog }: Work, method: string, type: TypeRef): boolean {
  const user: UserType | null = type.schema === 'pg_catalog' ? null : findType(catalog, type);
  if (user?.kind === 'domain' && user.base !== null) return hasOperatorClass({ catalog, mode: 'none', effects: [] }, method, user.base);
  if (type.schema !== 'pg_catalog' || type.name === 'unknown') return true;
  if (type.array) return method !== 'gist';
  if (method === 'btree' || method === 'hash') return !WITHOUT_ORDER.has(type.name);
  if (method === 'gin') return GIN.has(type.name) || catalog.extensions.has('btree_gin');
  if (method === 'gist') return GIST.has(type.name) || type.name.endsWith('range') || catalog.extensions.has('btree_gist');
  return true;
}
