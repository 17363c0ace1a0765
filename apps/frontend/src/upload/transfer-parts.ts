import { backoff, pause } from '../api/backoff.ts';
import { ApiError } from '../api/problem.ts';
import { planParts, type PartPlan } from './plan.ts';
import type { PutPart, SignedPart } from './put-part.ts';

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
  /** What the store has already, and is not sent again. */
  readonly stored: readonly StoredPart[];
  /** A fresh signature for each of these parts. */
  readonly sign: (parts: readonly number[]) => Promise<ReadonlyMap<number, SignedPart>>;
  readonly put: PutPart;
  /** Bytes of the whole file that were sent; a part that is sent again counts once. */
  readonly onProgress: (bytes: number) => void;
  readonly signal: AbortSignal;
  /** In [0, 1), for the jitter. */
  readonly random?: () => number;
}

/** Sends every part that is missing, four at a time; rejects when one cannot be sent or `signal` says so, and then stops the others. */
export async function transferParts(transfer: Transfer): Promise<StoredPart[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([transfer.signal, failed.signal]);
  const has = new Set(transfer.stored.map(({ part }) => part));
  const plan = planParts(transfer.file.size, transfer.partSize);
  const missing = plan.filter(({ part }) => !has.has(part));
  const sent = new Map(plan.filter(({ part }) => has.has(part)).map(({ part, start, end }) => [part, end - start]));
  const stored = [...transfer.stored];
  const waiting = missing.values();
  const signed = new Map(missing.length === 0 ? [] : await transfer.sign(missing.map(({ part }) => part)));

  const tell = (): void => {
    transfer.onProgress([...sent.values()].reduce((sum, value) => sum + value, 0));
  };
  const report = (part: number, bytes: number): void => {
    sent.set(part, bytes);
    tell();
  };
  tell();
  const lane = async (): Promise<void> => {
    for (const part of waiting) stored.push({ part: part.part, etag: await sendPart({ ...transfer, signal }, part, signed, report) });
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
  signed: Map<number, SignedPart>,
  report: (part: number, bytes: number) => void,
): Promise<string> {
  let reason = 'nobody signed it';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    if (attempt > 0) await pause(backoff(attempt, random), signal);
    try {
      const to = signed.get(part) ?? (await sign([part])).get(part);
      if (to === undefined) continue;
      const { status, etag } = await put(
        to,
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
      reason = `it answered ${status}`;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiError && error.status < 500) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    // It may have expired, also where the connection broke: a store that refuses before it has read the part may cut the sender off.
    signed.delete(part);
    report(part, 0);
  }
  throw new Error(`Part ${part} could not be stored after ${TRIES} tries: ${reason}. What is stored stays there; try again in a while.`);
}
