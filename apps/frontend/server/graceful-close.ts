import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Returns the function that closes `server` without cutting an answer: requests that were accepted are finished and their
 * connections closed after them. `boundMs` milliseconds later whatever is still open is cut; resolves to whether nothing was.
 * Calling it again changes nothing and waits for the same end.
 */
export function closesGracefully(server: Server, boundMs: number): () => Promise<boolean> {
  // Node counts a connection that never carried a request as busy and would wait for it.
  const silent = new Set<Socket>();
  let closing: Promise<boolean> | null = null;
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.prependListener('request', (request, response) => {
    silent.delete(request.socket);
    if (closing !== null) response.setHeader('Connection', 'close');
    response.once('close', () => {
      if (closing !== null) server.closeIdleConnections();
    });
  });
  const close = (): Promise<boolean> =>
    new Promise((resolve) => {
      let cut = false;
      const bound = setTimeout(() => {
        cut = true;
        server.closeAllConnections();
      }, boundMs);
      server.close(() => {
        clearTimeout(bound);
        resolve(!cut);
      });
      for (const socket of silent) socket.destroy();
    });
  return () => (closing ??= close());
}
