import type { PreviousRelease } from '../previous/previous.ts';
import { Connection, Refusal } from './connection.ts';
import { fill } from './filling.ts';
import type { MeasuredFinding, ReplayCase } from './measured.ts';
import { difference, observe, type Outcome } from './observation.ts';
import { Parameters } from './parameters.ts';
import { type Probe, probesOf } from './probe.ts';
import { queryOf } from './query.ts';
import type { Piece } from './statements.ts';
import { nameOf, type Table, tablesOf } from './tables.ts';
import { isUnreadable, runsUnreadable } from './unreadable.ts';
import { vary } from './variety.ts';
import { type NeverNull, neverNullOf, wayBack } from './way-back.ts';
import { type Existing, filesDiffer, look, type Moment, workBetween } from './work.ts';

/** A plan may well read a small table as a whole where it would look a row of a large one up. */
const MIGRATOR =
  '-c statement_timeout=15s -c lock_timeout=3s -c enable_seqscan=off -c max_parallel_workers_per_gather=0 -c max_parallel_maintenance_workers=0';
const OLD = '-c statement_timeout=5s -c lock_timeout=3s';
const EXCERPT = 500;

/** `varied`: as the previous release and others before it may have left them. `own`: only those that the previous release itself writes. */
export type Rows = 'varied' | 'own';

export interface Ran {
  readonly findings: readonly MeasuredFinding[];
  readonly notes: readonly string[];
  readonly unreadable: boolean;
  /** It failed on rows: other rows may let it pass. */
  readonly refusedByRows: boolean;
}

interface Seen {
  readonly probes: readonly Probe[];
  readonly before: readonly Outcome[];
  readonly again: readonly Outcome[];
  readonly tables: readonly Table[];
  readonly existing: readonly Existing[];
  readonly rows: ReadonlyMap<string, number>;
  readonly neverNull: readonly NeverNull[];
}

/** One migration on one database. */
export class Run {
  readonly #url: string;
  readonly #previous: PreviousRelease;
  readonly #pieces: readonly Piece[];
  readonly #findings: MeasuredFinding[] = [];
  readonly #said = new Set<string>();
  #notes: readonly string[] = [];
  #refusedByRows = false;

  constructor(url: string, pieces: readonly Piece[], previous: PreviousRelease) {
    this.#url = url;
    this.#pieces = pieces;
    this.#previous = previous;
  }

  async through(mode: ReplayCase['transaction'], rows: Rows): Promise<Ran> {
    const seen = await this.#before(rows);
    await using migrator = await Connection.open(this.#url, MIGRATOR);
    await this.#migrate(migrator, seen, mode);
    let unreadable = this.#pieces.some(isUnreadable);
    if (!unreadable) {
      await using connection = await Connection.open(this.#url, OLD);
      unreadable = await runsUnreadable(connection, this.#pieces);
    }
    return { findings: this.#findings, notes: this.#notes, unreadable, refusedByRows: this.#refusedByRows };
  }

  async #migrate(migrator: Connection, seen: Seen, mode: ReplayCase['transaction']): Promise<void> {
    let open = mode === 'wrapped';
    if (open) await migrator.ask('BEGIN');
    for (const [i, piece] of this.#pieces.entries()) {
      if (isPrepared(piece)) {
        this.#say(piece, 'compat', 'The replay cannot say: a prepared transaction is not followed.', 'unknown');
        return;
      }
      const control = controlOf(piece);
      const refusal = control === null ? await this.#apply(migrator, seen, piece, open) : await migrator.try(piece.text);
      if (refusal instanceof Refusal) {
        this.#failed(piece, refusal);
        await migrator.try('ROLLBACK');
        return;
      }
      if (control !== null) open = control === 'begin';
      if (open && i === this.#pieces.length - 1) {
        const committed = await migrator.try('COMMIT');
        if (committed instanceof Refusal) this.#failed(piece, committed);
        else await this.#committed(seen, piece);
      } else if (!open) await this.#committed(seen, piece);
    }
  }

  /** One statement, in the transaction that is open or in one of its own so that its locks can be seen. */
  async #apply(migrator: Connection, seen: Seen, piece: Piece, open: boolean): Promise<Refusal | null> {
    if (!open && needsTransaction(piece)) return this.#bare(migrator, seen, piece);
    if (!open) await migrator.ask('BEGIN');
    const before = await look(migrator, seen.existing);
    const answer = await migrator.try(piece.text);
    if (answer instanceof Refusal) {
      await migrator.try('ROLLBACK');
      return !open && ['25001', '2D000'].includes(answer.code) ? this.#bare(migrator, seen, piece) : answer;
    }
    const after = await look(migrator, seen.existing);
    if (before !== null && after !== null) this.#judge(piece, before, after, seen);
    const committed = open ? null : await migrator.try('COMMIT');
    return committed instanceof Refusal ? committed : null;
  }

  /** A statement that no transaction may hold, or that needs one which is not there. */
  async #bare(migrator: Connection, { existing }: Seen, piece: Piece): Promise<Refusal | null> {
    const before = await look(migrator, existing);
    const answer = await migrator.try(piece.text);
    if (answer instanceof Refusal) return answer;
    const after = await look(migrator, existing);
    if (before === null || after === null || /\bconcurrently\b/i.test(piece.text)) return null;
    for (const table of existing) {
      if (filesDiffer(before, after, table))
        this.#say(piece, 'lock', `${table.name} or an index of it was rewritten by a statement that locks it.`);
    }
    return null;
  }

  async #before(rows: Rows): Promise<Seen> {
    await using connection = await Connection.open(this.#url, OLD);
    const tables = await tablesOf(connection);
    const queries = this.#previous.queries.map((text) => queryOf(text, tables));
    const parameters = new Parameters(connection, tables);
    this.#notes = await fill(connection, { tables, queries, previous: this.#previous, parameters, strangers: rows === 'varied' });
    if (rows === 'varied') await vary(connection, this.#pieces, this.#previous, tables);
    parameters.forget();
    await connection.ask('ANALYZE');
    const probes = await probesOf(connection, { previous: this.#previous, tables, queries, parameters });
    const before = await observe(connection, probes);
    const repeatable = await observe(
      connection,
      probes.filter(({ role }) => role !== 'variant'),
    );
    const again = [...repeatable, ...before.slice(repeatable.length)];
    const stored = tables.filter(({ kind }) => ['r', 'p', 'm'].includes(kind));
    return {
      ...{ probes, before, again, tables },
      existing: stored.map((table) => ({ oid: table.oid, name: table.name })),
      rows: await countsOf(connection, stored),
      neverNull: await neverNullOf(connection, tables),
    };
  }

  #judge(piece: Piece, before: Moment, after: Moment, { existing, rows }: Seen): void {
    if ('TruncateStmt' in piece.node) return;
    for (const { table, what, under } of workBetween(before, after, existing, rows)) {
      if (under.length === 0) continue;
      const verb = { scan: 'read', rewrite: 'rewritten', index: 'indexed' }[what];
      this.#say(piece, 'lock', `${table.name} was ${verb} while its ${under.join(' and ')} was held.`);
    }
  }

  #failed(piece: Piece, { code, message }: Refusal): void {
    // A transaction that must not be there, or a feature that is not supported.
    if (['25001', '0A000'].includes(code) && /concurrently/i.test(message))
      this.#say(piece, 'lock', `CONCURRENTLY cannot run: ${message}.`);
    else if (code === '42501' || code === '' || /extension ".*" is not available/.test(message)) {
      this.#say(piece, 'compat', `The replay cannot say: ${message}.`, 'unknown');
    } else {
      // Classes 22 and 23, and what code of its own raises.
      this.#refusedByRows = /^(?:22|23|P0)/.test(code);
      this.#say(piece, 'compat', `The migration cannot run: ${message}.`);
    }
  }

  /** What the previous release does now, and once the new one has written. */
  async #committed({ probes, before, again, tables, neverNull }: Seen, piece: Piece): Promise<void> {
    await using connection = await Connection.open(this.#url, OLD);
    const after = await observe(connection, probes);
    const came = rowsCame(probes, before, after);
    const broken = new Set<string>();
    probes.forEach((probe, i) => {
      const [was, wasAgain, is] = [before[i], again[i], after[i]];
      if (was === undefined || wasAgain === undefined || is === undefined || (probe.role === 'read-back' && broken.has(probe.sql))) return;
      const found = difference(probe, { before: was, again: wasAgain, after: is }, came);
      if (found === null) return;
      broken.add(probe.sql);
      this.#say(piece, 'compat', `The previous release breaks: ${found}.`);
    });
    for (const found of await wayBack(connection, { probes, before, after, neverNull, tables })) {
      this.#say(piece, 'compat', `After writes of the new release: ${found}.`);
    }
  }

  #say({ text, line }: Piece, kind: MeasuredFinding['kind'], message: string, verdict: MeasuredFinding['verdict'] = 'unsafe'): void {
    if (this.#said.has(`${kind} ${message}`)) return;
    this.#said.add(`${kind} ${message}`);
    this.#findings.push({ kind, verdict, statement: text.slice(0, EXCERPT), line, message });
  }
}

async function countsOf(connection: Connection, tables: readonly Table[]): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const table of tables) {
    const { rows } = await connection.ask(`SELECT count(*) FROM ONLY ${nameOf(table)}`);
    counts.set(table.oid, Number(rows[0]?.[0] ?? 0));
  }
  return counts;
}

/** Whether the migration itself adds rows to what the previous release reads. */
function rowsCame(probes: readonly Probe[], before: readonly Outcome[], after: readonly Outcome[]): boolean {
  return probes.some(({ role }, i) => {
    const [was, is] = [before[i], after[i]];
    return (
      role === 'read' &&
      was !== undefined &&
      is !== undefined &&
      !(was instanceof Refusal) &&
      !(is instanceof Refusal) &&
      is.count > was.count
    );
  });
}

const needsTransaction = ({ node }: Piece): boolean => 'LockStmt' in node || 'DeclareCursorStmt' in node;

function controlOf({ node }: Piece): 'begin' | 'end' | null {
  const kind = 'TransactionStmt' in node ? node.TransactionStmt.kind : undefined;
  if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') return 'begin';
  return kind === 'TRANS_STMT_COMMIT' || kind === 'TRANS_STMT_ROLLBACK' ? 'end' : null;
}

/** It would stay when the database is to be dropped. */
const isPrepared = ({ node }: Piece): boolean => 'TransactionStmt' in node && node.TransactionStmt.kind === 'TRANS_STMT_PREPARE';
