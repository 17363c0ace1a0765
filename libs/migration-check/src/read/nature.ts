import { parseSync } from 'libpg-query';

/**
 * `catalog`: reads nothing but the system catalogs, so it says something about the schema and does nothing. `other`: everything else, and what
 * cannot be parsed. Needs `await loadModule()` before.
 */
export function natureOf(sql: string): 'catalog' | 'other' {
  let statements: readonly unknown[];
  try {
    statements = parseSync(sql).stmts ?? [];
  } catch {
    return 'other';
  }
  return statements.length > 0 && statements.every(asksCatalog) ? 'catalog' : 'other';
}

function asksCatalog(raw: unknown): boolean {
  const statement = isObject(raw) && isObject(raw.stmt) ? raw.stmt : {};
  if ('VariableShowStmt' in statement) return true;
  if (!('SelectStmt' in statement)) return false;
  const found: Found = { tables: [], named: new Set(), functions: [] };
  collect(statement, found);
  if (found.functions.some((name) => ACTS.test(name))) return false;
  const tables = found.tables.filter(({ schema, name }) => schema !== '' || !found.named.has(name));
  if (tables.length === 0) return found.functions.length > 0 && found.functions.every((name) => SESSION.test(name));
  return tables.every(({ schema, name }) => SYSTEM.test(schema) || (schema === '' && name.startsWith('pg_')));
}

const SYSTEM = /^(pg_catalog|information_schema)$/;
/** Say something about the session or the schema. */
const SESSION = /^(current_schemas?|current_database|current_setting|version|to_reg\w+|pg_get_\w+|has_\w+_privilege)$/;
/** Change something although they stand in a SELECT. */
const ACTS = /^(setval|nextval|set_config|pg_(try_)?advisory\w*|pg_notify|dblink\w*|lo_\w+)$/;

interface Found {
  readonly tables: { readonly schema: string; readonly name: string }[];
  /** Names that WITH gives. */
  readonly named: Set<string>;
  readonly functions: string[];
}

function collect(value: unknown, found: Found): void {
  if (Array.isArray(value)) {
    for (const part of value) collect(part, found);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, part] of Object.entries(value)) {
    if (key === 'RangeVar' && isObject(part)) found.tables.push({ schema: text(part.schemaname), name: text(part.relname) });
    if (key === 'CommonTableExpr' && isObject(part)) found.named.add(text(part.ctename));
    if (key === 'FuncCall' && isObject(part) && Array.isArray(part.funcname)) found.functions.push(lastName(part.funcname));
    collect(part, found);
  }
}

function lastName(names: readonly unknown[]): string {
  const last = names.at(-1);
  return isObject(last) && isObject(last.String) ? text(last.String.sval) : '';
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
