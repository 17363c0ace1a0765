import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TrafficCounts } from '@devplatform/rollout-engine';

/** Milliseconds; the specification judges at 500 ("When to Rollback") and compares below and above it. */
const LATENCY_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1000, 2000, 5000, 10_000];
/** `GET /tasks/:id?wait=30`: an answer that the client asked to have late. */
const LONG_POLL = /[?&]wait=[1-9]/;
/** Bytes; a larger body, such as a part of an upload, comes as fast as its client sends it. */
const LARGE_BODY = 64 * 1024;

/** What one upstream got through the front door; `counts` since the front door started. */
export class Traffic {
  /** Begun, those that run included. */
  requests = 0;
  inFlight = 0;
  /** WebSockets now open or being opened. */
  sockets = 0;
  /** ISO 8601; null before the first answer. */
  lastAnswerAt: string | null = null;
  readonly counts: TrafficCounts = {
    ...{ since: new Date().toISOString(), requests: 0, serverErrors: 0, upgrades: 0, upgradesFailed: 0 },
    latency: { boundsMs: LATENCY_BOUNDS_MS, counts: Array.from({ length: LATENCY_BOUNDS_MS.length + 1 }, () => 0) },
  };
}

/**
 * One request on its way through the front door; it belongs to the upstream that it was given to, whatever is switched meanwhile.
 * Only the API's answers are timed, up to their headers: files, pages, uploads and long polls take as long as they take.
 */
export class Exchange {
  readonly #traffic: Traffic;
  /** null: how long it takes says nothing about the slot. */
  readonly #began: number | null;
  /** The slot did not send its answer to the end. */
  #cutOff = false;

  constructor(traffic: Traffic, request: IncomingMessage, response: ServerResponse, isApi: boolean) {
    this.#traffic = traffic;
    this.#began = isApi && isPrompt(request) ? performance.now() : null;
    traffic.requests += 1;
    traffic.inFlight += 1;
    response.once('close', () => {
      this.#end(response);
    });
  }

  /** The upstream's headers are there. */
  answered(answer: IncomingMessage): void {
    if (this.#began !== null) {
      const { boundsMs, counts } = this.#traffic.counts.latency;
      const ms = performance.now() - this.#began;
      const found = boundsMs.findIndex((bound) => ms <= bound);
      const bucket = found === -1 ? boundsMs.length : found;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    // A client that goes away has ended the exchange before this.
    const end = (): void => {
      this.#cutOff ||= !answer.complete;
    };
    answer.once('error', end).once('close', end);
  }

  /** Without headers the client went away before there was an answer: that is no error of the slot's. */
  #end({ headersSent, statusCode }: ServerResponse): void {
    const traffic = this.#traffic;
    traffic.inFlight -= 1;
    traffic.counts.requests += 1;
    if (headersSent) traffic.lastAnswerAt = new Date().toISOString();
    if (this.#cutOff || (headersSent && statusCode >= 500)) traffic.counts.serverErrors += 1;
  }
}

function isPrompt({ url = '/', headers }: IncomingMessage): boolean {
  const isLarge = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > LARGE_BODY;
  return !isLarge && !LONG_POLL.test(url);
}

/** One WebSocket, from the client's wish for it to its end. */
export class SocketPassage {
  readonly #traffic: Traffic;
  readonly #socket: Socket;
  #state: 'upgrading' | 'open' | 'refused' = 'upgrading';

  constructor(traffic: Traffic, socket: Socket) {
    this.#traffic = traffic;
    this.#socket = socket;
    traffic.sockets += 1;
    socket.once('close', () => {
      traffic.sockets -= 1;
    });
  }

  get state(): 'upgrading' | 'open' | 'refused' {
    return this.#state;
  }

  opened(): void {
    this.#decide('open', false);
  }

  /** The slot answered without an upgrade. */
  refused(status: number): void {
    this.#decide('refused', status >= 500);
  }

  /** The slot did not answer; unless the client had gone before it could. */
  failed(): void {
    if (this.#socket.destroyed) this.#state = 'refused';
    this.#decide('refused', true);
  }

  #decide(state: 'open' | 'refused', isFailure: boolean): void {
    if (this.#state !== 'upgrading') return;
    this.#state = state;
    this.#traffic.counts.upgrades += 1;
    if (isFailure) this.#traffic.counts.upgradesFailed += 1;
  }
}
