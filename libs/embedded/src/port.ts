import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import getPort from 'get-port';

/**
 * The port that was used before if nobody took it since, else a free one of 127.0.0.1: below 32768, where systems do not take
 * the ports of outgoing connections from, so that a process finds its port free when it is started again.
 */
export async function choosePort(previous: number | undefined): Promise<number> {
  if (previous !== undefined && (await isFree(previous))) return previous;
  return getPort({ host: '127.0.0.1', port: Array.from({ length: 100 }, () => randomInt(20_000, 32_768)) });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () =>
      server.close(() => {
        resolve(true);
      }),
    );
  });
}
