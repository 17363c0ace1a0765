export interface PutAnswer {
  readonly status: number;
  readonly etag: string | null;
}

/** Where a part goes, and the headers that the signature covers. */
export interface SignedPart {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends one part straight to the store; rejects when nobody answered. `onProgress` gets the bytes sent so far. */
export type PutPart = (to: SignedPart, body: Blob, onProgress: (bytes: number) => void, signal: AbortSignal) => Promise<PutAnswer>;

/** By XMLHttpRequest, since fetch does not tell how much of a body was sent. */
export const putPart: PutPart = ({ url, headers }, body, onProgress, signal) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => {
      request.abort();
    };
    signal.addEventListener('abort', abort, { once: true });
    request.upload.addEventListener('progress', ({ loaded }) => {
      onProgress(loaded);
    });
    request.addEventListener('load', () => {
      resolve({ status: request.status, etag: request.getResponseHeader('etag') });
    });
    request.addEventListener('error', () => {
      reject(new Error('the store could not be reached'));
    });
    request.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
    request.addEventListener('loadend', () => {
      signal.removeEventListener('abort', abort);
    });
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(body);
  });
