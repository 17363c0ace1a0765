import { loadModule } from 'libpg-query';
import { verdictOf } from '../verdict.ts';
import { Connection, Refusal } from './connection.ts';
import { driftBetween } from './drift.ts';
import type { Measured, MeasuredFinding, ReplayCase } from './measured.ts';
import { type Ran, type Rows, Run } from './run.ts';
import { type Database, Server } from './server.ts';
import { type Piece, piecesOf, UnparsableCase } from './statements.ts';

/** Milliseconds, for one migration on one database; whatever still runs then is ended. */
const LONGEST = 60_000;

/** Migrations are run on a real PostgreSQL, and what happened is the verdict. */
export class Replay implements AsyncDisposable {
  readonly #server: Server;
  readonly #templates = new Map<string, Promise<Database>>();

  constructor(server: Server) {
    this.#server = server;
  }

  /** Throws UnparsableCase, and an Error where the schema before cannot be made. */
  async run(replayed: ReplayCase): Promise<Measured> {
    const start = performance.now();
    const { findings, notes, unreadable } = await this.#measure(replayed);
    return { verdict: verdictOf(findings), findings, ms: performance.now() - start, unreadable, notes };
  }

  /**
   * In what the database at `url` is not the one that the statements make, each in words; empty: it has all of it. It is only read.
   * Throws an Error where the schema cannot be made or the database does not answer.
   */
  async compareSchema(url: string, schema: string): Promise<readonly string[]> {
    const { url: template } = await this.#template(schema);
    await using described = await Connection.open(template);
    await using real = await Connection.open(url, '-c default_transaction_read_only=on');
    return await driftBetween(described, real);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  async #measure(replayed: ReplayCase): Promise<Omit<Ran, 'refusedByRows'>> {
    const pieces = piecesOrVariable(replayed.sql);
    if ('variable' in pieces) return pieces.variable;
    const varied = await this.#on('varied', pieces, replayed);
    if (!varied.refusedByRows) return varied;
    // Not every row that could be there is one that the previous release is known to write.
    return this.#on('own', pieces, replayed);
  }

  async #on(rows: Rows, pieces: readonly Piece[], { schema, previous, transaction }: ReplayCase): Promise<Ran> {
    const database = await this.#server.make(await this.#template(schema));
    const time = { isUp: false };
    const deadline = setInterval(() => {
      time.isUp = true;
      void this.#server.interrupt(database);
    }, LONGEST);
    try {
      return await new Run(database.url, pieces, previous).through(transaction, rows);
    } catch (error) {
      if (!time.isUp && !(error instanceof Refusal)) throw error;
      const why = time.isUp ? `it did not end within ${LONGEST / 1000} s` : error instanceof Error ? error.message : String(error);
      return { ...unknown(`The replay cannot say: ${why}.`, pieces[0]), refusedByRows: false };
    } finally {
      clearInterval(deadline);
      await this.#server.drop(database.name);
    }
  }

  #template(schema: string): Promise<Database> {
    const known = this.#templates.get(schema);
    if (known !== undefined) return known;
    const made = this.#fromSchema(schema);
    made.catch(() => this.#templates.delete(schema));
    this.#templates.set(schema, made);
    return made;
  }

  async #fromSchema(schema: string): Promise<Database> {
    const database = await this.#server.make();
    try {
      await using connection = await Connection.open(database.url, '-c statement_timeout=15s');
      for (const piece of piecesOf(schema, 'the schema before')) {
        const answer = await connection.try(piece.text);
        if (answer instanceof Refusal && !isOfRoles(piece)) {
          throw new Error(`The schema before cannot be made: ${answer.message} (line ${piece.line}: ${piece.text.slice(0, 100)})`);
        }
      }
    } catch (error) {
      await this.#server.drop(database.name);
      throw error;
    }
    await this.#server.keep(database);
    return database;
  }
}

/** Roles are not part of a database: those of a dump may be missing here, and those of another schema be there already. */
const isOfRoles = ({ node }: Piece): boolean =>
  ['CreateRoleStmt', 'AlterOwnerStmt', 'GrantStmt', 'GrantRoleStmt', 'AlterDefaultPrivilegesStmt'].some((kind) => kind in node) ||
  JSON.stringify(node).includes('"AT_ChangeOwner"');

/** `url`: a PostgreSQL on which it may make databases and a role; absent: the embedded one, which ends with it. */
export async function openReplay({ url }: { readonly url?: string } = {}): Promise<Replay> {
  await loadModule();
  return new Replay(await Server.open(url));
}

function piecesOrVariable(sql: string): readonly Piece[] | { readonly variable: Omit<Ran, 'refusedByRows'> } {
  try {
    return piecesOf(sql, 'the migration');
  } catch (error) {
    const isVariable = error instanceof UnparsableCase && /(?<![:\w]):(?:\w|'|")/.test(sql);
    if (!isVariable) throw error;
    return { variable: unknown('What a variable of psql stands for is known to psql alone.') };
  }
}

function unknown(message: string, piece?: Piece): Omit<Ran, 'refusedByRows'> {
  const finding: MeasuredFinding = {
    kind: 'compat',
    verdict: 'unknown',
    statement: piece?.text.slice(0, 500) ?? '',
    line: piece?.line ?? 1,
    message,
  };
  return { findings: [finding], notes: [], unreadable: true };
}
