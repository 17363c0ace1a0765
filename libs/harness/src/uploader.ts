import { createHash, randomUUID } from 'node:crypto';
import type { Task, Upload } from '@devplatform/contracts';
import { until } from '@devplatform/embedded';
import type { z } from 'zod';
import { Bandwidth } from './bandwidth.ts';
import { now } from './clock.ts';
import { reasonOf } from './exchange.ts';
import { generateGlb, type GlbSpec } from './glb.ts';
import { persist } from './persist.ts';
import { Platform } from './platform.ts';
import { sendParts } from './send-parts.ts';

export interface UploadLoad {
  readonly publicUrl: string;
  readonly token: string;
  readonly projectId: string;
}

export interface UploadFile {
  readonly fileName: string;
  /** The file itself, or how to make one. */
  readonly content: Uint8Array | GlbSpec;
  /** Megabytes per second, or a line that can be changed on the way; default: as fast as it goes. */
  readonly bandwidth?: number | Bandwidth;
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
  /** Parts among them. */
  readonly partsAgain: number;
  readonly taskId: string | null;
  readonly taskStatus: z.infer<typeof Task>['status'] | null;
  readonly error: string | null;
}

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
    const progress = { uploadId: '', storedAt: 0, retries: 0, partsAgain: 0, taskId: null as string | null };
    const again = (): void => void (progress.retries += 1);
    const same = { fileName: file.fileName, size: file.bytes.byteLength, sha256, startedAt: now() };
    const wanted = { clientUploadId: randomUUID(), fileName: file.fileName, size: file.bytes.byteLength, sha256, partChecksums: true };
    try {
      const upload = await persist('the upload to be created', again, () => this.#platform.createUpload(this.#projectId, wanted));
      progress.uploadId = upload.id;
      const line = file.bandwidth instanceof Bandwidth ? file.bandwidth : new Bandwidth(file.bandwidth ?? Infinity);
      const partAgain = (): void => {
        progress.partsAgain += 1;
        again();
      };
      const parts = await sendParts({ platform: this.#platform, uploadId: upload.id, bytes: file.bytes, line, again: partAgain });
      if (file.held) await new Promise<void>((resolve) => this.#held.push(resolve));
      const completion = { fence: upload.fence, parts };
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

const bytesOf = (content: UploadFile['content']): Uint8Array => (content instanceof Uint8Array ? content : generateGlb(content));
