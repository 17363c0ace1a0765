import { createHash } from 'node:crypto';
import { PART_BYTES, type SignedParts, type StoredUploadPart } from '@devplatform/contracts';
import type { z } from 'zod';
import type { Bandwidth } from './bandwidth.ts';
import { exchange, headerOf } from './exchange.ts';
import { persist, PERSISTENCE_MS } from './persist.ts';
import type { Platform } from './platform.ts';

type SignedPart = z.infer<typeof SignedParts>['urls'][number];
type StoredPart = z.infer<typeof StoredUploadPart>;

export interface Sending {
  readonly platform: Platform;
  readonly uploadId: string;
  readonly bytes: Uint8Array;
  readonly line: Bandwidth;
  /** Called for each part or signature that has to be sent again. */
  readonly again: () => void;
}

const PARALLEL = 4;
const CHUNK_BYTES = 64 * 1024;

/** Brings the parts of one file to the store with their checksums, four at a time, as the page does. In order. */
export async function sendParts({ platform, uploadId, bytes, line, again }: Sending): Promise<StoredPart[]> {
  const claims = Array.from({ length: Math.ceil(bytes.byteLength / PART_BYTES) }, (_, index) => claimOf(bytes, index + 1));
  const sign = async (parts: typeof claims): Promise<SignedPart[]> => (await platform.signParts(uploadId, parts)).urls;
  const waiting = (await persist('the parts to be signed', again, () => sign(claims))).values();
  const stored: StoredPart[] = [];
  const lane = async (): Promise<void> => {
    for (const signed of waiting) {
      const { part } = signed;
      const signatures = [signed];
      const send = async (): Promise<string> => {
        // What failed is signed anew, as the page does: it may have expired.
        const [to] = signatures.length > 0 ? signatures.splice(0) : await sign([claimOf(bytes, part)]);
        if (to === undefined) throw new Error(`part ${part} was not signed`);
        return sendPart(to, partOf(bytes, part), line);
      };
      stored.push({ part, etag: await persist(`part ${part} to be stored`, again, send) });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  return stored.sort((a, b) => a.part - b.part);
}

/** Returns the etag. */
async function sendPart({ url, headers: signed }: SignedPart, bytes: Uint8Array, line: Bandwidth): Promise<string> {
  const write = async (chunk: (bytes: Uint8Array) => Promise<void>): Promise<void> => {
    for (let offset = 0; offset < bytes.byteLength; offset += CHUNK_BYTES) {
      const slice = bytes.subarray(offset, offset + CHUNK_BYTES);
      await line.take(slice.byteLength);
      await chunk(slice);
    }
  };
  const headers = { ...signed, 'content-length': String(bytes.byteLength) };
  const answer = await exchange({ url, method: 'PUT', headers, write, timeoutMs: PERSISTENCE_MS });
  if (answer.status !== 200) throw new Error(`the store answered ${answer.status}: ${answer.body.toString('utf8', 0, 200)}`);
  return headerOf(answer, 'etag') ?? '';
}

const partOf = (bytes: Uint8Array, part: number): Uint8Array => bytes.subarray((part - 1) * PART_BYTES, part * PART_BYTES);

/** What the store is told of a part before it is sent. */
export const claimOf = (bytes: Uint8Array, part: number): { part: number; sha256: string } => ({
  part,
  sha256: createHash('sha256').update(partOf(bytes, part)).digest('base64'),
});
