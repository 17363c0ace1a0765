import { request, type Agent, type IncomingHttpHeaders } from 'node:http';

export interface Exchange {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Writes the body itself, for instance at a limited rate; ends the request when it resolves. */
  readonly write?: (chunk: (bytes: Uint8Array) => Promise<void>) => Promise<void>;
  /** `false`: a connection of its own. */
  readonly agent?: Agent | false;
  /** Milliseconds; default 15,000. */
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One HTTP exchange as it is on the wire: never repeated, so a reset that a browser would hide is an error here. */
export function exchange(what: Exchange): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(what.url, {
      method: what.method ?? 'GET',
      agent: what.agent ?? false,
      headers: { ...lengthOf(what.body), ...what.headers },
      timeout: what.timeoutMs ?? 15_000,
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${what.timeoutMs ?? 15_000} ms`)));
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) });
      });
    });
    if (what.write === undefined) {
      outgoing.end(what.body);
      return;
    }
    const chunk = (bytes: Uint8Array): Promise<void> =>
      new Promise((written, failed) => {
        outgoing.write(bytes, (error) => {
          if (error) failed(error);
          else written();
        });
      });
    what.write(chunk).then(
      () => outgoing.end(),
      (error: unknown) => outgoing.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
}

const lengthOf = (body: string | Uint8Array | undefined): Record<string, string> =>
  body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };

/** `ECONNRESET` rather than a sentence, where there is one. */
export function reasonOf(error: unknown): string {
  // By shape: errors of Node's own and of the test runner's world are not of one class.
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === 'string') return code;
  return typeof message === 'string' ? message : String(error);
}

export const headerOf = (answer: Answer, name: string): string | null => {
  const value = answer.headers[name];
  return typeof value === 'string' ? value : null;
};
