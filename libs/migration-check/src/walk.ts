import { blame } from './blame.ts';
import { applyStatement, endTransaction } from './catalog/apply-statement.ts';
import type { Catalog, Id } from './catalog/catalog.ts';
import { type Effect, type Lock, LOCKS } from './catalog/effect.ts';
import { filledWhereNull } from './null-filling.ts';
import type { OldRelease } from './old-release.ts';
import { nullRefused } from './own/null-refused.ts';
import { OwnWrites } from './own/own-writes.ts';
import { resolve } from './resolve/resolve.ts';
import type { RowsSoFar } from './rows-so-far.ts';
import type { Statement } from './sql/statement.ts';
import type { Finding, TransactionMode } from './verdict.ts';

/** One migration of a chain; its end is committed. */
export interface Migration {
  readonly statements: readonly Statement[];
  readonly transaction: TransactionMode;
}

/** With the migration that it is about, counted from 0. */
export type WalkFinding = Finding & { readonly migration: number };

/** Locks of a transaction that block others' writes, and so everything that takes long under them. */
const BLOCKING = LOCKS.indexOf('share');
const EXCERPT = 500;

/** Applies statements one after the other, holding locks as PostgreSQL does, and asks the old release wherever something is committed. */
export class Walk {
  #now: Catalog;
  readonly #old: OldRelease;
  readonly #rowsSoFar: RowsSoFar;
  readonly #own: OwnWrites;
  readonly #existing: ReadonlySet<Id>;
  readonly #names: ReadonlyMap<Id, string>;
  readonly #findings: WalkFinding[] = [];
  readonly #savepoints: { name: string | null; catalog: Catalog; findings: number }[] = [];
  #held = new Map<Id, number>();
  /** Since the last commit; `start`: the catalog then, where more than one statement is to come. */
  #open: { readonly start: Catalog | null; readonly statements: Statement[] } = { start: null, statements: [] };
  /** What was broken at the last commit, and is said already. */
  #standing: ReadonlySet<string> = new Set();

  constructor(before: Catalog, old: OldRelease, rows: RowsSoFar) {
    this.#rowsSoFar = rows;
    this.#now = structuredClone(before);
    this.#old = old;
    this.#own = new OwnWrites(old, rows.standing);
    this.#existing = new Set(before.relations.keys());
    this.#names = new Map([...before.relations.values()].map(({ id, name }) => [id, name]));
  }

  through(migrations: readonly Migration[]): readonly WalkFinding[] {
    for (const [index, migration] of migrations.entries()) if (!this.#migrate(migration, index)) break;
    const order = (a: WalkFinding, b: WalkFinding): number => a.migration - b.migration || a.line - b.line;
    return unique(this.#findings).sort(order);
  }

  /** false: it cannot run, so that nothing comes after it. */
  #migrate({ statements, transaction }: Migration, migration: number): boolean {
    let open = transaction === 'wrapped';
    this.#begin(open && statements.length > 1);
    for (const [i, statement] of statements.entries()) {
      const control = controlOf(statement);
      const mode: TransactionMode = open || control?.what === 'begin' ? 'wrapped' : 'none';
      if (control === null && !this.#apply(statement, mode, migration)) return false;
      if (control !== null && !this.#keepOrTakeBack(control)) this.#unreadable(statement, migration, 'it takes back what its runner began');
      if (control?.what === 'begin') this.#begin((open = true));
      if (control?.what === 'commit' || (control?.what === 'rollback' && control.savepoint === null)) open = false;
      this.#open.statements.push(statement);
      if (!open || i === statements.length - 1) this.#commit(migration);
    }
    return true;
  }

  #begin(several: boolean): void {
    this.#held = new Map();
    this.#open = { start: several ? structuredClone(this.#now) : null, statements: [] };
  }

  /** Others see it now. A breakage that only stood between two statements of one transaction was seen by nobody. */
  #commit(migration: number): void {
    const { start, statements } = this.#open;
    endTransaction(this.#now);
    const breakages = this.#old.breakagesOn(this.#now, this.#rowsSoFar);
    const fresh = breakages.filter(({ message }) => !this.#standing.has(message));
    this.#standing = new Set(breakages.map(({ message }) => message));
    const blamed =
      fresh.length === 0
        ? []
        : blame(fresh, start ?? this.#now, start === null ? statements.slice(-1) : statements, this.#old, this.#rowsSoFar);
    for (const { breakage, statement } of blamed) this.#say(statement, migration, { ...breakage, kind: 'compat' });
    this.#begin(false);
  }

  /** What is taken back was never seen by anybody; that others waited for it is true all the same. false: nobody knows where it goes back to. */
  #keepOrTakeBack({ what, savepoint }: Control): boolean {
    if (what === 'begin' || what === 'savepoint')
      this.#savepoints.push({ name: savepoint, catalog: structuredClone(this.#now), findings: this.#findings.length });
    const at = this.#savepoints.findLastIndex(({ name }) => name === savepoint);
    const back = what === 'rollback' ? this.#savepoints[at] : undefined;
    if (back !== undefined) {
      this.#own.forget();
      this.#now = structuredClone(back.catalog);
      this.#findings.push(...this.#findings.splice(back.findings).filter(({ kind }) => kind === 'lock'));
    }
    if (what === 'release' && at !== -1) this.#savepoints.length = at;
    if (what === 'commit' || (what === 'rollback' && savepoint === null)) this.#savepoints.length = 0;
    return what !== 'rollback' || back !== undefined;
  }

  #apply(statement: Statement, mode: TransactionMode, migration: number): boolean {
    const unresolved = this.#unresolved(statement) ?? this.#own.failure(statement.node, statement.text, this.#now);
    if (unresolved !== null) {
      this.#say(statement, migration, { ...cannotRun, message: `The migration cannot run: ${unresolved}.` });
      return false;
    }
    const effects = applyStatement(this.#now, statement, mode);
    this.#rowsSoFar.note(statement, effects, this.#now);
    for (const effect of effects) if (effect.what === 'lock') this.#hold(effect.table, effect.lock);
    for (const effect of effects) this.#judge(effect, statement, migration);
    if (effects.some(({ what }) => what === 'failure')) return false;
    const refused = this.#own.standingFailure(this.#now);
    if (refused !== null) this.#say(statement, migration, { ...cannotRun, message: `The migration cannot run: ${refused}.` });
    return refused === null;
  }

  #hold(table: Id, lock: Lock): void {
    this.#held.set(table, Math.max(this.#held.get(table) ?? 0, LOCKS.indexOf(lock)));
  }

  #judge(effect: Effect, statement: Statement, migration: number): void {
    switch (effect.what) {
      case 'lock':
        return;
      case 'scan':
      case 'rewrite':
      case 'index': {
        const held = this.#held.get(effect.table) ?? 0;
        if (!this.#existing.has(effect.table) || held < BLOCKING) return;
        const [rule, rewrite] = [effect.rule, effect.rewrite];
        this.#say(statement, migration, { rule, kind: 'lock', verdict: 'unsafe', message: this.#blocks(effect, held), rewrite });
        return;
      }
      case 'rows':
        this.#rows(effect, statement, migration);
        return;
      case 'failure':
        this.#say(statement, migration, {
          ...{ rule: effect.concurrently ? 'add-index' : 'cannot-run', kind: effect.concurrently ? 'lock' : 'compat', verdict: 'unsafe' },
          ...{ message: `The migration cannot run: ${effect.message}.`, rewrite: effect.rewrite },
        });
        return;
      case 'unreadable':
        this.#unreadable(statement, migration, effect.message);
    }
  }

  #blocks({ what, table, by }: Extract<Effect, { what: 'scan' | 'rewrite' | 'index' }>, held: number): string {
    const verb = { scan: 'reads all of', rewrite: 'rewrites', index: 'builds an index over' }[what];
    const whom = LOCKS[held] === 'access exclusive' ? 'readers and writers wait' : 'writers wait';
    return `${by} ${verb} ${this.#nameOf(table)} under ${(LOCKS[held] ?? '').toUpperCase()}, so that its ${whom} for as long as that takes.`;
  }

  #rows({ table, change, columns }: Extract<Effect, { what: 'rows' }>, statement: Statement, migration: number): void {
    if (!this.#existing.has(table) || change === 'insert') return;
    const name = this.#nameOf(table);
    const relation = this.#now.relations.get(table);
    const filled = change === 'update' && relation !== undefined ? filledWhereNull(statement, relation) : new Set<Id>();
    const changes = (column: Id): boolean => this.#old.reads.has(column) && !(filled.has(column) && this.#old.neverNull(column));
    const triggered = change === 'update' ? this.#own.changedByTriggers(table, columns ?? [], this.#now) : [];
    const read = [...(columns ?? relation?.columns.map(({ id }) => id) ?? []), ...triggered].filter(changes);
    if (change === 'delete' ? !this.#old.tables.has(table) : read.length === 0) return;
    const names = relation?.columns.flatMap(({ id, name: column }) => (read.includes(id) ? [column] : [])).join(', ') ?? '';
    this.#say(statement, migration, {
      ...{ rule: 'change-data', kind: 'compat', verdict: 'unsafe' },
      message:
        change === 'delete'
          ? `Rows of ${name} go, which the previous release still uses.`
          : `Values of ${name} (${names}) change, which the previous release still reads.`,
      rewrite: 'Write into a new column, and let the old one be until no release that runs reads it.',
    });
  }

  /** Why a query of the migration itself does not run on the schema at that moment; null: it does, or nobody can say here. */
  #unresolved({ node }: Statement): string | null {
    const isQuery = ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'].some((kind) => kind in node);
    if (!isQuery) return null;
    const resolution = resolve(node, this.#now, this.#now.searchPath);
    if ('error' in resolution) return resolution.unknown ? null : resolution.error;
    return resolution.writes.map((write) => nullRefused(write, this.#now)).find((reason) => reason !== null) ?? null;
  }

  #unreadable(statement: Statement, migration: number, reason: string): void {
    this.#say(statement, migration, {
      ...{ rule: 'unreadable', kind: 'compat', verdict: 'unknown', message: `Nobody can say what this does: ${reason}.` },
      rewrite: 'Write out the statements that it would run.',
    });
  }

  #say(statement: Statement, migration: number, what: Omit<Finding, 'statement' | 'line'>): void {
    this.#findings.push(found(statement, migration, what));
  }

  #nameOf(table: Id): string {
    return this.#names.get(table) ?? 'a table';
  }
}

const cannotRun = {
  rule: 'cannot-run',
  kind: 'compat',
  verdict: 'unsafe',
  rewrite: 'Mend the statement; nothing of it can be applied.',
} as const;

const found = ({ text, line }: Statement, migration: number, what: Omit<Finding, 'statement' | 'line'>): WalkFinding => ({
  ...{ rule: what.rule, kind: what.kind, verdict: what.verdict, statement: text.slice(0, EXCERPT), line },
  ...{ message: what.message, rewrite: what.rewrite, migration },
});

interface Control {
  readonly what: 'begin' | 'commit' | 'rollback' | 'savepoint' | 'release';
  /** null: the transaction as a whole. */
  readonly savepoint: string | null;
}

const CONTROLS: Readonly<Record<string, Control['what']>> = {
  ...{ TRANS_STMT_BEGIN: 'begin', TRANS_STMT_START: 'begin', TRANS_STMT_COMMIT: 'commit', TRANS_STMT_ROLLBACK: 'rollback' },
  ...{ TRANS_STMT_SAVEPOINT: 'savepoint', TRANS_STMT_RELEASE: 'release', TRANS_STMT_ROLLBACK_TO: 'rollback' },
};

/** null: it is an ordinary statement. */
function controlOf({ node }: Statement): Control | null {
  if (!('TransactionStmt' in node)) return null;
  const { kind = '', savepoint_name: savepoint = null } = node.TransactionStmt;
  const what = CONTROLS[kind];
  return what === undefined ? null : { what, savepoint };
}

function unique(findings: readonly WalkFinding[]): WalkFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ migration, line, rule, message }) => {
    const key = `${migration} ${line} ${rule} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}
