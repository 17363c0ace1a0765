import type { ServerMessage } from '@devplatform/contracts';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { WebSocket } from 'ws';
import { RealtimeMetrics } from './realtime-metrics.ts';

/** What a gateway makes of one WebSocket. */
export interface Client {
  readonly socket: WebSocket;
  /** A word of the server that concerns the connection, not its content. */
  tell(message: Extract<ServerMessage, { type: 'drain' | 'ping' }>): void;
  /** Nothing that still arrives is taken: whoever sent it sends it again elsewhere. */
  close(code: number, reason: string): void;
}

const BEAT_MS = 10_000;
const MISSES = 2;

/** Every open WebSocket of this slot, and whether it is still alive. */
@Injectable()
export class Sockets implements OnModuleInit {
  readonly #metrics: RealtimeMetrics;
  readonly #unanswered = new Map<Client, number>();
  #heart: NodeJS.Timeout | undefined;

  constructor(@Inject(RealtimeMetrics) metrics: RealtimeMetrics) {
    this.#metrics = metrics;
  }

  onModuleInit(): void {
    this.#heart = setInterval(() => {
      this.#beat();
    }, BEAT_MS);
  }

  get count(): number {
    return this.#unanswered.size;
  }

  has(client: Client): boolean {
    return this.#unanswered.has(client);
  }

  all(): Client[] {
    return [...this.#unanswered.keys()];
  }

  add(client: Client): void {
    this.#unanswered.set(client, 0);
    this.#metrics.opened.inc();
    this.#metrics.sockets.set(this.count);
    client.socket.on('pong', () => {
      if (this.has(client)) this.#unanswered.set(client, 0);
    });
    client.socket.on('close', (code) => {
      this.#unanswered.delete(client);
      this.#metrics.closed.inc({ code });
      this.#metrics.sockets.set(this.count);
    });
  }

  /** Returns how many there were. */
  closeAll(code: number, reason: string): number {
    const open = this.all();
    for (const client of open) client.close(code, reason);
    return open.length;
  }

  stop(): void {
    clearInterval(this.#heart);
  }

  #beat(): void {
    for (const [client, misses] of this.#unanswered) {
      if (misses >= MISSES) {
        client.socket.terminate();
        continue;
      }
      this.#unanswered.set(client, misses + 1);
      client.socket.ping();
      client.tell({ type: 'ping' });
    }
  }
}
