import { STATUS_CODES, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '@devplatform/contracts';

interface Answer {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request, or an upgrade that was not accepted, with problem+json and ends the connection after it. */
export function answerProblem(to: ServerResponse | Duplex, { status, code, detail, headers }: Answer): void {
  const title = STATUS_CODES[status] ?? 'Error';
  const body = JSON.stringify({ type: 'about:blank', title, status, code, detail } satisfies Problem);
  const fields = {
    ...headers,
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  if (to instanceof ServerResponse) {
    to.writeHead(status, fields).end(body);
  } else {
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    to.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${body}`);
  }
}
