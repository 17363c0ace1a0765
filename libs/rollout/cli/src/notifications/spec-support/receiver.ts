import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Parsed, with what the specs look at. */
  readonly told: { readonly event: string; readonly delivery: string; readonly sentAt: string; readonly run: string | null };
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

export const status =
  (code: number): Answer =>
  (response) =>
    response.writeHead(code).end();
/** Takes the request and never says anything. */
export const silence: Answer = () => undefined;
export const redirect =
  (location: string): Answer =>
  (response) =>
    response.writeHead(307, { location }).end();
export const hangUp: Answer = (_, request) => request.socket.destroy();

/** A real server on a free port that answers the first request with the first answer, and the last answer from then on. */
export async function receiver(...answers: readonly [Answer, ...Answer[]]): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const answer = answers[Math.min(received.length, answers.length - 1)] ?? silence;
      received.push({ headers: request.headers, body, told: JSON.parse(body) as Received['told'] });
      answer(response, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
