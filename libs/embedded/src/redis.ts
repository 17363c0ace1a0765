import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { choosePort } from './port.ts';
import { findProcess, startProcess } from './process.ts';
import { until } from './until.ts';

const NAME = 'redis';

/** Starts (or finds again) the Redis or Valkey server of this machine with its data in `dir`; returns its URL. */
export async function startRedis(dir: string): Promise<string> {
  const binary = findRedisServer();
  if (binary === null) {
    throw new Error(
      'No redis-server or valkey-server on the PATH. Install one (Debian: apt-get install -y redis-server) or set REDIS_URL.',
    );
  }
  const data = join(dir, NAME);
  const configFile = join(dir, 'redis.conf');
  mkdirSync(data, { recursive: true });
  const config = existsSync(configFile) ? readFileSync(configFile, 'utf8') : '';
  const recorded = /^port (\d+)$/m.exec(config)?.[1];
  const previousPort = recorded === undefined ? undefined : Number(recorded);
  const password = /^requirepass (\w+)$/m.exec(config)?.[1] ?? randomBytes(24).toString('hex');
  const running = findProcess(dir, NAME) !== null;
  const port = running && previousPort !== undefined ? previousPort : await choosePort(previousPort);
  if (!running) {
    const lines = [
      ...[`port ${String(port)}`, 'bind 127.0.0.1', `requirepass ${password}`, `dir ${data}`],
      // BullMQ's jobs must neither be evicted nor be gone after a restart.
      ...['maxmemory-policy noeviction', 'appendonly yes', 'appendfsync everysec', 'save ""', 'daemonize no'],
    ];
    writeFileSync(configFile, `${lines.join('\n')}\n`, { mode: 0o600 });
    await startProcess({ dir, name: NAME, command: binary, args: [configFile], env: { PATH: process.env.PATH } });
  }
  await until(() => answersPing(port, password), {
    what: `Redis on port ${String(port)}; see ${join(dir, 'logs/redis.log')}`,
    deadlineMs: 30_000,
  });
  return `redis://:${password}@127.0.0.1:${String(port)}`;
}

/** Path of the server, or null where this machine has none. */
export function findRedisServer(): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['valkey-server', 'redis-server']) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        continue;
      }
    }
  }
  return null;
}

/** +PONG, not -LOADING: the append-only file has been read. */
function answersPing(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    let text = '';
    socket.setTimeout(2000, () => {
      end(false);
    });
    socket.on('error', () => {
      end(false);
    });
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.includes('+PONG')) end(true);
      else if (text.includes('-LOADING')) end(false);
    });
  });
}
