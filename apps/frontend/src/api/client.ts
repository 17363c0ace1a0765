import { CLIENT_RELEASE_HEADER, IDEMPOTENCY_HEADER, PAGE_ID_HEADER, RELEASE } from '@devplatform/contracts';
import type { z } from 'zod';
import { backoff, pause } from './backoff.ts';
import { PAGE_ID } from './page-id.ts';
import { NetworkError, readProblem } from './problem.ts';

/** Tries of one request when nobody answers; an answer, whatever it says, is never asked for again. */
const TRIES = 4;

export interface ClientOptions {
  /** Default: the page's own origin. */
  readonly origin?: string;
  readonly token?: () => string | undefined | Promise<string | undefined>;
  /** Called with each answer's headers: they say which release and slot gave it. */
  readonly onAnswer?: (headers: Headers) => void;
  /** Bearer token refused: sign in again. */
  readonly onUnauthenticated?: () => void;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Talks to `/api/v1`. Throws ApiError for an answer that is no success, NetworkError where there was none. */
export class ApiClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions = {}) {
    this.#options = options;
  }

  get<T extends z.ZodType>(path: string, answer: T, options: RequestOptions = {}): Promise<z.infer<T>> {
    return this.#request('GET', path, undefined, answer, options);
  }

  post<T extends z.ZodType>(path: string, body: unknown, answer: T, options: RequestOptions = {}): Promise<z.infer<T>> {
    return this.#request('POST', path, body, answer, options);
  }

  patch<T extends z.ZodType>(path: string, body: unknown, answer: T, options: RequestOptions = {}): Promise<z.infer<T>> {
    return this.#request('PATCH', path, body, answer, options);
  }

  async delete(path: string): Promise<void> {
    await this.#send('DELETE', path, undefined, {});
  }

  async #request<T extends z.ZodType>(
    method: string,
    path: string,
    body: unknown,
    answer: T,
    options: RequestOptions,
  ): Promise<z.infer<T>> {
    const response = await this.#send(method, path, body, options);
    return answer.parse(await response.json());
  }

  async #send(method: string, path: string, body: unknown, { signal }: RequestOptions): Promise<Response> {
    const token = await this.#options.token?.();
    const headers = new Headers({ [CLIENT_RELEASE_HEADER]: RELEASE, [PAGE_ID_HEADER]: PAGE_ID });
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    if (method !== 'GET') headers.set(IDEMPOTENCY_HEADER, crypto.randomUUID());
    if (body !== undefined) headers.set('content-type', 'application/json');
    const request: RequestInit = { method, headers, signal: signal ?? null, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await this.#reach(`${this.#options.origin ?? ''}/api/v1${path}`, request);
    this.#options.onAnswer?.(response.headers);
    if (response.ok) return response;
    if (response.status === 401 && token !== undefined) this.#options.onUnauthenticated?.();
    throw await readProblem(response);
  }

  /** The same request, with the same idempotency key, until someone answers. */
  async #reach(url: string, request: RequestInit): Promise<Response> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await fetch(url, request);
      } catch (error) {
        request.signal?.throwIfAborted();
        if (attempt + 1 === TRIES) throw new NetworkError(error);
        await pause(backoff(attempt), request.signal ?? undefined);
      }
    }
  }
}
