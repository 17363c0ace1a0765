import { createServer } from 'node:net';
import getPort from 'get-port';

/** The port that was used before if nobody took it since, else a free one of 127.0.0.1. */
export async function choosePort(previous: number | undefined): Promise<number> {
  return previous !== undefined && (await isFree(previous)) ? previous : getPort({ host: '127.0.0.1' });
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
