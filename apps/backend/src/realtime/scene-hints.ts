import { randomUUID } from 'node:crypto';
import { Presence } from '@devplatform/contracts';
import type { BackendConfig } from '@devplatform/runtime/config';
import { connectRedis } from '@devplatform/runtime/queue';
import type { Logger } from '@devplatform/runtime/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { CONFIG, LOGGER, REDIS } from '../tokens.ts';

/** What slots tell each other about a scene: a commit moved its head, or who is there. */
const Hint = z.union([z.object({ head: z.int() }), Presence]);
export type Hint = z.infer<typeof Hint>;

const channel = (sceneId: string): string => `scene:${sceneId}`;
const SENDER = 36;

/** Only hints: whoever misses one finds out by the audit. Nothing waits for Redis, and nothing fails without it. */
@Injectable()
export class SceneHints {
  readonly #self = randomUUID();
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #watched = new Set<string>();
  #listener: (sceneId: string, hint: Hint) => void = () => undefined;

  constructor(@Inject(REDIS) publisher: Redis, @Inject(CONFIG) config: Pick<BackendConfig, 'REDIS_URL'>, @Inject(LOGGER) logger: Logger) {
    this.#publisher = publisher;
    this.#subscriber = connectRedis(config.REDIS_URL, 'hint', logger);
    this.#subscriber.on('ready', () => {
      if (this.#watched.size > 0) void this.#subscriber.subscribe(...[...this.#watched].map(channel)).catch(() => undefined);
    });
    this.#subscriber.on('message', (name: string, text: string) => {
      if (!text.startsWith(this.#self)) this.#receive(name.slice(channel('').length), text.slice(SENDER));
    });
  }

  /** Of other slots only. */
  listen(listener: (sceneId: string, hint: Hint) => void): void {
    this.#listener = listener;
  }

  watch(sceneId: string): void {
    this.#watched.add(sceneId);
    void this.#subscriber.subscribe(channel(sceneId)).catch(() => undefined);
  }

  unwatch(sceneId: string): void {
    this.#watched.delete(sceneId);
    void this.#subscriber.unsubscribe(channel(sceneId)).catch(() => undefined);
  }

  publish(sceneId: string, hint: Hint): void {
    void this.#publisher.publish(channel(sceneId), this.#self + JSON.stringify(hint)).catch(() => undefined);
  }

  close(): void {
    this.#subscriber.disconnect();
  }

  #receive(sceneId: string, text: string): void {
    const hint = Hint.safeParse(parsed(text));
    if (hint.success) this.#listener(sceneId, hint.data);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
