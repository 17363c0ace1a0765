import type { Catalog, Id, Relation } from '../catalog/catalog.ts';
import type { Breakage } from '../previous/breakage.ts';
import { isResolved, unclear, unsafe, type Old, type OldWrites } from './old-writes.ts';
import { numberBreakages } from './numbers.ts';
import { sequenceIn } from './sequence-name.ts';

const LATER = 'Do it in a contract migration, when the previous release is gone.';

/** Row security, rules, sequences behind defaults, and TRUNCATE under new foreign keys. */
export function surroundingBreakages(before: Catalog, after: Catalog, old: Old, writes: OldWrites): readonly Breakage[] {
  const written = new Set(old.writes.map(({ write }) => write.table));
  const used = new Set([...written, ...old.tables]);
  const tables = [...after.relations.values()].filter(({ id }) => used.has(id));
  const found = tables.flatMap((now) => {
    const was = before.relations.get(now.id);
    return was === undefined
      ? []
      : [...rowSecurity(was, now), ...(written.has(now.id) ? [...rules(was, now, old), ...lostSequences(was, now, before, after)] : [])];
  });
  return [...found, ...truncations(before, after, writes.queries), ...numberBreakages(before, after, old, writes)];
}

function rowSecurity(was: Relation, now: Relation): readonly Breakage[] {
  const policies = (of: Relation) => JSON.stringify(of.policies);
  if (now.rowSecurity === 'off' || (was.rowSecurity === now.rowSecurity && policies(was) === policies(now))) return [];
  if (now.rowSecurity === 'forced' && now.policies.every(({ permissive }) => !permissive)) {
    const message = `Row security is forced on ${now.name} without a policy: the previous release sees no row there and can write none.`;
    return [unsafe('change-routine', message, LATER)];
  }
  const message = `Row security decides which rows of ${now.name} there are for the previous release: its role and settings cannot be seen.`;
  return [unclear('change-routine', message, LATER)];
}

function rules(was: Relation, now: Relation, { writes }: Old): readonly Breakage[] {
  const written = new Set(writes.filter(({ write }) => write.table === now.id).map(({ write }) => write.command));
  const fresh = now.rules.filter((rule) => !was.rules.includes(rule));
  return fresh.flatMap((rule) => {
    const instead = now.insteadRules?.find(({ name }) => name === rule);
    if (instead !== undefined && !written.has(instead.event)) return [];
    if (instead?.nothing !== true)
      return [unclear('change-routine', `Rule "${rule}" rewrites what the previous release writes to ${now.name}.`, LATER)];
    return [
      unsafe(
        'change-routine',
        `Rule "${rule}" drops the ${instead.event}s of the previous release to ${now.name} without an error.`,
        LATER,
      ),
    ];
  });
}

/** A default that asks a sequence which is gone. */
function lostSequences(was: Relation, now: Relation, before: Catalog, after: Catalog): readonly Breakage[] {
  return now.columns.flatMap(({ name, id, default: expression }) => {
    const sequence = expression === null ? null : sequenceIn(expression);
    if (sequence === null || exists(sequence, after) || !exists(sequence, before) || !was.columns.some((column) => column.id === id))
      return [];
    return [unsafe('change-default', `The default of ${now.name}.${name} fails: relation "${sequence}" does not exist.`, LATER)];
  });
}

function exists(name: string, { sequences }: Catalog): boolean {
  return [...sequences.values()].some((sequence) => sequence.name === name);
}

function truncations(before: Catalog, after: Catalog, queries: OldWrites['queries']): readonly Breakage[] {
  return queries.flatMap(({ text, after: resolution }) => {
    if (!/^\s*truncate\b/i.test(text) || !isResolved(resolution) || /\bcascade\s*;?\s*$/i.test(text)) return [];
    const tables = new Set<Id>(resolution.relations.map(({ relation }) => relation));
    return [...after.relations.values()].flatMap((child) =>
      child.constraints
        .filter(
          ({ id, references, enforced }) =>
            enforced && references !== null && tables.has(references.table) && !tables.has(child.id) && !had(before, child.id, id),
        )
        .map(({ name }) =>
          unsafe(
            'add-constraint',
            `"${text.trim()}" fails: cannot truncate a table referenced in a foreign key constraint ("${name}").`,
            LATER,
          ),
        ),
    );
  });
}

function had({ relations }: Catalog, table: Id, constraint: Id): boolean {
  return relations.get(table)?.constraints.some(({ id }) => id === constraint) === true;
}
