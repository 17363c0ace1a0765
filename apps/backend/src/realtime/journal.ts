import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { JournalWriter, UnknownScene, type Appended } from './journal-writer.ts';
import { RealtimeMetrics } from './realtime-metrics.ts';
import { SceneHubs } from './scene-hubs.ts';
import type { Edit, Outcome } from './sift.ts';
import { Turns } from './turns.ts';

/** Milliseconds in which edits of one scene gather for one commit. */
const GATHER_MS = 5;
const BATCH_EDITS = 500;
/** Commits at the same time, of all scenes. */
const WRITERS = 4;
/** While PostgreSQL is away edits wait this long, unacknowledged, before their connections are sent away. */
const PATIENCE_MS = 5000;
const RETRY_MS = 200;
const SCENE_EDITS = 2000;
const TOTAL_BYTES = 64 * 1024 * 1024;

/** It is not known whether the edit was written; the client keeps it and sends it again. */
export class JournalUnavailable extends Error {}

interface Waiting extends Edit {
  readonly since: number;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (error: Error) => void;
}

/** Appends edits by group commit. What `append` resolves to is the truth: it speaks after the commit, never before. */
@Injectable()
export class Journal {
  readonly #writer: JournalWriter;
  readonly #hubs: SceneHubs;
  readonly #metrics: RealtimeMetrics;
  readonly #turns = new Turns(WRITERS);
  readonly #queues = new Map<string, Waiting[]>();
  readonly #writing = new Set<Promise<void>>();
  #edits = 0;
  #bytes = 0;

  constructor(
    @Inject(JournalWriter) writer: JournalWriter,
    @Inject(SceneHubs) hubs: SceneHubs,
    @Inject(RealtimeMetrics) metrics: RealtimeMetrics,
  ) {
    this.#writer = writer;
    this.#hubs = hubs;
    this.#metrics = metrics;
  }

  /** Edits that are not committed yet. */
  get queued(): number {
    return this.#edits;
  }

  /** Throws JournalUnavailable (PostgreSQL is away, or too much waits) or UnknownScene. */
  append(sceneId: string, edit: Edit): Promise<Outcome> {
    const queue = this.#queues.get(sceneId) ?? [];
    const size = edit.payload.byteLength;
    if (queue.length >= SCENE_EDITS || this.#bytes + size > TOTAL_BYTES) {
      return Promise.reject(new JournalUnavailable('too many edits wait to be written'));
    }
    if (!this.#queues.has(sceneId)) {
      this.#queues.set(sceneId, queue);
      this.#start(sceneId, queue);
    }
    this.#edits += 1;
    this.#bytes += size;
    return new Promise((settle, fail) => queue.push({ ...edit, since: performance.now(), settle, fail }));
  }

  /** Resolves when everything that waits now is written or refused. */
  async flush(): Promise<void> {
    await Promise.all(this.#writing);
  }

  #start(sceneId: string, queue: Waiting[]): void {
    const writing = this.#write(sceneId, queue).finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  /** One scene's commits follow each other: a batch is what gathered while the one before was written. */
  async #write(sceneId: string, queue: Waiting[]): Promise<void> {
    do {
      await delay(GATHER_MS);
      await this.#turns.take(() => this.#commit(sceneId, queue.splice(0, BATCH_EDITS)));
    } while (queue.length > 0);
    this.#queues.delete(sceneId);
  }

  async #commit(sceneId: string, batch: readonly Waiting[]): Promise<void> {
    try {
      const appended = await this.#persist(sceneId, batch);
      this.#hubs.committed(sceneId, appended);
      batch.forEach((edit, i) => {
        edit.settle(appended.outcomes[i] as Outcome);
      });
    } catch (error) {
      const reason = error instanceof UnknownScene ? error : new JournalUnavailable('the journal cannot be written', { cause: error });
      for (const edit of batch) edit.fail(reason);
    } finally {
      this.#edits -= batch.length;
      for (const { payload } of batch) this.#bytes -= payload.byteLength;
    }
  }

  /** Trying again is safe even when a commit got through and its answer did not: the cursors tell. */
  async #persist(sceneId: string, batch: readonly Waiting[]): Promise<Appended> {
    const giveUpAt = (batch[0]?.since ?? 0) + PATIENCE_MS;
    for (;;) {
      const end = this.#metrics.commit.startTimer();
      try {
        const appended = await this.#writer.append(sceneId, batch);
        end();
        this.#metrics.batch.observe(batch.length);
        return appended;
      } catch (error) {
        if (error instanceof UnknownScene || performance.now() > giveUpAt) throw error;
        await delay(RETRY_MS);
      }
    }
  }
}
