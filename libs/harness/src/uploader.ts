import { createHash, randomUUID } from 'node:crypto';
import { PART_BYTES, type Task, type Upload } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import type { z } from 'zod';
import { Bandwidth } from './bandwidth.ts';
import { now } from './clock.ts';
import { exchange, headerOf, reasonOf } from './exchange.ts';
import { generateGlb } from './glb.ts';
import { ApiError, Platform } from './platform.ts';

export interface UploadLoad {
  readonly publicUrl: string;
  readonly token: string;
  readonly projectId: string;
}

export interface UploadFile {
  readonly fileName: string;
  /** The file itself, or how to make one. */
  readonly content: Uint8Array | { readonly bytes: number; readonly seed: number };
  /** Megabytes per second; default: as fast as it goes. */
  readonly bandwidth?: number;
  /** Sent, but completed only when `keepJobs` wants one more job. */
  readonly held?: boolean;
}

/** What the person who uploads a file saw of it and of the job that it started. Times in milliseconds since 1970. */
export interface UploadRecord {
  readonly uploadId: string;
  readonly fileName: string;
  readonly size: number;
  readonly sha256: string;
  readonly startedAt: number;
  /** All bytes are at the store and the upload was completed. */
  readonly storedAt: number;
  /** The worker has verified the hash and processed the model, or refused it. */
  readonly finishedAt: number;
  readonly status: z.infer<typeof Upload>['status'] | 'lost';
  /** Parts and control calls that had to be sent again. */
  readonly retries: number;
  readonly taskId: string | null;
  readonly taskStatus: z.infer<typeof Task>['status'] | null;
  readonly error: string | null;
}

const PARALLEL_PARTS = 4;
const PERSISTENCE_MS = 60_000;
const PAUSE_MS = 250;
const CHUNK_BYTES = 64 * 1024;
const PROCESSED_DEADLINE_MS = 180_000;

/** Uploads files the way the page does: presigned parts straight to the store, each control call idempotent. */
export class Uploader {
  readonly #platform: Platform;
  readonly #projectId: string;
  readonly #begun: Promise<UploadRecord>[] = [];
  readonly #held: (() => void)[] = [];
  #wanted = 0;
  #released = 0;

  constructor(load: UploadLoad) {
    this.#platform = new Platform(load.publicUrl, load.token);
    this.#projectId = load.projectId;
  }

  /** Lets go of held uploads so that from now on this many of them are unfinished jobs, as long as there are any. */
  keepJobs(count: number): void {
    this.#wanted = count;
    while (this.#released < this.#wanted && this.#held.length > 0) {
      this.#released += 1;
      this.#held.shift()?.();
    }
  }

  /** Starts the uploads; `finish` says how they ended. */
  begin(files: readonly UploadFile[]): void {
    const prepared = files.map((file) => ({ ...file, bytes: bytesOf(file.content) }));
    this.#begun.push(...prepared.map((file) => this.#upload(file)));
  }

  finish(): Promise<readonly UploadRecord[]> {
    this.keepJobs(Infinity);
    return Promise.all(this.#begun);
  }

  async #upload(file: Omit<UploadFile, 'content'> & { readonly bytes: Uint8Array }): Promise<UploadRecord> {
    const sha256 = createHash('sha256').update(file.bytes).digest('hex');
    const progress = { uploadId: '', storedAt: 0, retries: 0, taskId: null as string | null };
    const again = (): void => void (progress.retries += 1);
    const same = { fileName: file.fileName, size: file.bytes.byteLength, sha256, startedAt: now() };
    const wanted = { clientUploadId: randomUUID(), fileName: file.fileName, size: file.bytes.byteLength, sha256 };
    try {
      const upload = await persist('the upload to be created', again, () => this.#platform.createUpload(this.#projectId, wanted));
      progress.uploadId = upload.id;
      const numbers = Array.from({ length: upload.parts }, (_, i) => i + 1);
      const { urls } = await persist('the parts to be signed', again, () => this.#platform.signParts(upload.id, numbers));
      const line = new Bandwidth(file.bandwidth ?? Infinity);
      const parts: { part: number; etag: string }[] = [];
      const waiting = urls.values();
      const sendParts = async (): Promise<void> => {
        for (const { part, url } of waiting) {
          const bytes = file.bytes.subarray((part - 1) * PART_BYTES, part * PART_BYTES);
          parts.push({ part, etag: await persist(`part ${part} to be stored`, again, () => sendPart(url, bytes, line)) });
        }
      };
      await Promise.all(Array.from({ length: PARALLEL_PARTS }, sendParts));
      if (file.held) await new Promise<void>((resolve) => this.#held.push(resolve));
      const completion = { fence: upload.fence, parts: parts.sort((a, b) => a.part - b.part) };
      await persist('the upload to be completed', again, () => this.#platform.completeUpload(upload.id, completion));
      progress.storedAt = now();
      const end = await this.#watch(upload.id);
      if (file.held) {
        this.#released -= 1;
        this.keepJobs(this.#wanted);
      }
      return { ...same, ...progress, ...end, finishedAt: now() };
    } catch (error) {
      return { ...same, ...progress, status: 'lost', taskStatus: null, error: reasonOf(error), finishedAt: now() };
    }
  }

  async #watch(uploadId: string): Promise<Pick<UploadRecord, 'status' | 'taskId' | 'taskStatus' | 'error'>> {
    return until(
      async () => {
        const { status, taskId, error } = await this.#platform.upload(uploadId);
        const task = taskId === null ? null : await this.#platform.task(taskId);
        const ended = (status === 'ready' || status === 'rejected') && (task?.status === 'done' || task?.status === 'failed');
        return ended ? { status, taskId, taskStatus: task.status, error: error ?? task.error } : null;
      },
      { what: `upload ${uploadId} to be processed`, deadlineMs: PROCESSED_DEADLINE_MS, everyMs: 300 },
    );
  }
}

/** Again until it works, as the page does; what the platform refuses is final. */
async function persist<T>(what: string, again: () => void, attempt: () => Promise<T>): Promise<T> {
  const outcome = await until(
    async () => {
      try {
        return { value: await attempt() };
      } catch (error) {
        if (error instanceof ApiError && error.status < 500) return { refusal: error };
        again();
        throw error;
      }
    },
    { what, deadlineMs: PERSISTENCE_MS, everyMs: PAUSE_MS },
  );
  if ('refusal' in outcome) throw outcome.refusal;
  return outcome.value;
}

/** Returns the etag. */
async function sendPart(url: string, bytes: Uint8Array, line: Bandwidth): Promise<string> {
  const write = async (chunk: (bytes: Uint8Array) => Promise<void>): Promise<void> => {
    for (let offset = 0; offset < bytes.byteLength; offset += CHUNK_BYTES) {
      const slice = bytes.subarray(offset, offset + CHUNK_BYTES);
      await line.take(slice.byteLength);
      await chunk(slice);
    }
  };
  const headers = { 'content-length': String(bytes.byteLength) };
  const answer = await exchange({ url, method: 'PUT', headers, write, timeoutMs: PERSISTENCE_MS });
  if (answer.status !== 200) throw new Error(`the store answered ${answer.status}: ${answer.body.toString('utf8', 0, 200)}`);
  return headerOf(answer, 'etag') ?? '';
}

const bytesOf = (content: UploadFile['content']): Uint8Array => (content instanceof Uint8Array ? content : generateGlb(content));
