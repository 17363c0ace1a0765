import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProcess, startPostgres, stopPart } from '@devplatform/embedded';
import { Connection, Refusal } from './connection.ts';

/** Nothing that is lost in a crash is missed. All of them can be set while the server runs. */
const FAST = ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off', 'autovacuum = off', `checkpoint_timeout = '1d'`];
const PREFIX = 'migration_replay_';

/** Any number that is ours: the key space of advisory locks in which a replay that lives holds one. */
const LOCK = 1_946_157_056;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

interface Own {
  readonly id: string;
  readonly password: string;
  readonly end: () => Promise<void>;
}

/**
 * A PostgreSQL on which databases are made and dropped. What comes from a case runs as a role of its own that is no superuser and owns nothing
 * but its database, so that it can neither start programs nor touch another database.
 */
export class Server implements AsyncDisposable {
  readonly #admin: Connection;
  readonly #url: string;
  readonly #own: Own;
  #made = 0;
  #isDisposed = false;

  private constructor(admin: Connection, url: string, own: Own) {
    this.#admin = admin;
    this.#url = url;
    this.#own = own;
    for (const signal of SIGNALS) process.once(signal, this.#interrupted);
  }

  /** Absent: the embedded PostgreSQL, in a temporary folder that goes with it. */
  static async open(url: string | undefined): Promise<Server> {
    if (url !== undefined) return Server.#on(url, 'NOCREATEROLE', () => Promise.resolve());
    const home = mkdtempSync(join(tmpdir(), 'migration-replay-'));
    let release: () => void = () => undefined;
    const end = async (): Promise<void> => {
      await stopPart(home, 'postgres').catch(() => undefined);
      rmSync(home, { recursive: true, force: true });
      release();
    };
    try {
      const embedded = await startPostgres(home);
      release = guard(home);
      const server = await Server.#on(embedded, 'CREATEROLE', end);
      for (const setting of FAST) await server.#admin.ask(`ALTER SYSTEM SET ${setting}`);
      await server.#admin.ask('SELECT pg_reload_conf()');
      return server;
    } catch (error) {
      await end();
      throw error;
    }
  }

  static async #on(url: string, roles: 'CREATEROLE' | 'NOCREATEROLE', end: () => Promise<void>): Promise<Server> {
    const admin = await Connection.open(url);
    try {
      const id = randomBytes(5).toString('hex');
      const password = randomBytes(16).toString('hex');
      await admin.ask(`SELECT pg_advisory_lock(${LOCK}, hashtext('${id}'))`);
      await sweep(admin);
      await admin.ask(`CREATE ROLE ${PREFIX}${id} LOGIN NOSUPERUSER NOCREATEDB ${roles} PASSWORD '${password}'`);
      await admin.ask(`GRANT ${PREFIX}${id} TO CURRENT_USER`);
      return new Server(admin, url, { id, password, end });
    } catch (error) {
      await admin[Symbol.asyncDispose]();
      const why = error instanceof Refusal && error.code === '42501' ? ' (the role of the URL needs CREATEDB and CREATEROLE)' : '';
      throw new Error(`The replay cannot work on this PostgreSQL: ${error instanceof Error ? error.message : String(error)}${why}`, {
        cause: error,
      });
    }
  }

  /** Makes an empty database, or a copy of another. */
  async make(template?: Database): Promise<Database> {
    const name = `${PREFIX}${this.#own.id}_${String((this.#made += 1))}`;
    const role = `${PREFIX}${this.#own.id}`;
    // A case may have changed what its role is by itself.
    await this.#admin.ask(`ALTER ROLE ${role} RESET ALL; ALTER ROLE ${role} PASSWORD '${this.#own.password}'`);
    await this.#admin.ask(`CREATE DATABASE ${name} TEMPLATE ${template?.name ?? 'template0'} OWNER ${role} STRATEGY WAL_LOG`);
    return { name, url: this.#urlOf(name) };
  }

  /** From now on no case can change it. */
  async keep({ name }: Database): Promise<void> {
    await this.#admin.ask(`ALTER DATABASE ${name} OWNER TO CURRENT_USER`);
  }

  async drop(name: string): Promise<void> {
    await this.#admin.ask(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  /** Ends whatever still runs in a database, for example because a case switched its time limits off. */
  async interrupt({ name }: Database): Promise<void> {
    await this.#admin.try('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const signal of SIGNALS) process.off(signal, this.#interrupted);
    try {
      await removeOf(this.#admin, this.#own.id);
    } finally {
      await this.#admin[Symbol.asyncDispose]();
      await this.#own.end();
    }
  }

  /** Cleans up, and then lets the signal do what it would have done. */
  readonly #interrupted = (signal: NodeJS.Signals): void => {
    const again = (): void => {
      process.kill(process.pid, signal);
    };
    this[Symbol.asyncDispose]().then(again, again);
  };

  #urlOf(database: string): string {
    const url = new URL(this.#url);
    url.username = `${PREFIX}${this.#own.id}`;
    url.password = this.#own.password;
    url.pathname = `/${database}`;
    return url.href;
  }
}

export interface Database {
  readonly name: string;
  readonly url: string;
}

/** What an earlier replay left behind that was killed: nobody holds its lock any more, in whatever database. */
async function sweep(admin: Connection): Promise<void> {
  const { rows } = await admin.ask(`
    SELECT id FROM pg_roles, substring(rolname FROM '^${PREFIX}([0-9a-f]{10})$') id WHERE id IS NOT NULL AND NOT EXISTS (
      SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = ${LOCK} AND objid = (hashtext(id)::bigint & 4294967295)::oid)`);
  for (const [id] of rows) await removeOf(admin, id ?? '');
}

async function removeOf(admin: Connection, id: string): Promise<void> {
  const { rows } = await admin.ask(`SELECT datname FROM pg_database WHERE datname ~ '^${PREFIX}${id}_[0-9]+$'`);
  for (const [name = ''] of rows) await admin.ask(`DROP DATABASE IF EXISTS ${name ?? ''} WITH (FORCE)`);
  await admin.try(`DROP ROLE IF EXISTS ${PREFIX}${id}`);
}

/** Ends the embedded PostgreSQL when this process is gone without having done so, for example by Ctrl-C: its standard input closes then. */
function guard(home: string): () => void {
  const pid = findProcess(home, 'postgres')?.pid;
  if (pid === undefined) return () => undefined;
  const script = 'if read -r _; then exit; fi; kill -QUIT "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"';
  const child = spawn('sh', ['-c', script, 'guard', String(pid), home], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  child.stdin.on('error', () => undefined);
  return () => {
    child.stdin.end('done\n');
  };
}
