import { bounded } from './bounded.ts';
import type { SmokeTest } from './smoke-test.ts';

/** The upgrade at /ws/test succeeds and what is sent comes back, whatever else the server says. */
export const websocket: SmokeTest = {
  name: 'websocket',
  run: async ({ addresses, signal }) => {
    const socket = new WebSocket(`${addresses.backend.replace(/^http/, 'ws')}/ws/test`);
    try {
      await bounded(echo(socket, `smoke ${crypto.randomUUID()}`), signal);
    } finally {
      socket.close();
    }
    return 'upgrade and echo';
  },
};

function echo(socket: WebSocket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('error', () => {
      reject(new Error('the upgrade of /ws/test was refused'));
    });
    socket.addEventListener('close', ({ code }) => {
      reject(new Error(`/ws/test closed with ${code} before it answered`));
    });
    socket.addEventListener('open', () => {
      socket.send(text);
    });
    socket.addEventListener('message', ({ data }) => {
      if (data === text) resolve();
    });
  });
}
