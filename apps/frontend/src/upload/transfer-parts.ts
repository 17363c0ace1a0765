import { backoff, pause } from '../api/backoff.ts';
import { ApiError } from '../api/problem.ts';
import { planParts, type PartPlan } from './plan.ts';
import type { PutPart } from './put-part.ts';

const PARALLEL = 4;
/** Tries of one part; a switch of slots needs none of them, the bytes do not run through a slot. */
const TRIES = 8;

export interface StoredPart {
  readonly part: number;
  readonly etag: string;
}

export interface Transfer {
  readonly file: Blob;
  readonly partSize: number;
  /** A fresh URL for each of these parts. */
  readonly sign: (parts: readonly number[]) => Promise<ReadonlyMap<number, string>>;
  readonly put: PutPart;
  /** Bytes of the whole file that were sent; a part that is sent again counts once. */
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal;
  /** In [0, 1), for the jitter. */
  readonly random?: () => number;
}

/** Sends every part, four at a time; rejects when one cannot be sent or `signal` says so, and then stops the others. */
export async function transferParts(transfer: Transfer): Promise<StoredPart[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([transfer.signal, failed.signal]);
  const plan = planParts(transfer.file.size, transfer.partSize);
  const urls = new Map(await transfer.sign(plan.map(({ part }) => part)));
  const sent = new Map<number, number>();
  const stored: StoredPart[] = [];
  const waiting = plan.values();

  const report = (part: number, bytes: number): void => {
    sent.set(part, bytes);
    transfer.onProgress([...sent.values()].reduce((sum, value) => sum + value, 0));
  };
  const lane = async (): Promise<void> => {
    for (const part of waiting) stored.push({ part: part.part, etag: await sendPart({ ...transfer, signal }, part, urls, report) });
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, lane));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
  return stored.sort((a, b) => a.part - b.part);
}

async function sendPart(
  { file, put, sign, signal, random }: Transfer,
  { part, start, end }: PartPlan,
  urls: Map<number, string>,
  report: (part: number, bytes: number) => void,
): Promise<string> {
  let reason = 'it gave no URL';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (attempt > 0) await pause(backoff(attempt, random), signal);
    try {
      const url = urls.get(part) ?? (await sign([part])).get(part);
      if (url === undefined) continue;
      const { status, etag } = await put(
        url,
        file.slice(start, end),
        (bytes) => {
          report(part, bytes);
        },
        signal,
      );
      if (status === 200 && etag !== null) {
        report(part, end - start);
        return etag;
      }
      // The signature expired, most likely: ask for a new one.
      if (status === 403) urls.delete(part);
      reason = `it answered ${status}`;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiError && error.status < 500) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    report(part, 0);
  }
  throw new Error(`Part ${part} could not be stored after ${TRIES} tries: ${reason}. The model was not changed; upload the file again.`);
}
