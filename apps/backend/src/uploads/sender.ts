import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { PART_BYTES } from '@devplatform/contracts';
import type { Answer, ApiClient, Body } from '../test-bed.ts';

/** Two parts: a whole one and a short one. */
export const FILE = randomBytes(PART_BYTES + 1000);
export const PARTS: readonly [Buffer, Buffer] = [FILE.subarray(0, PART_BYTES), FILE.subarray(PART_BYTES)];

export const base64Sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

export interface SentPart {
  readonly part: number;
  readonly etag: string;
}

/** Somebody who uploads FILE, for specs: each method is one step of it. */
export class Sender {
  readonly #client: ApiClient;
  readonly #project: string;

  constructor(client: ApiClient, project: string) {
    this.#client = client;
    this.#project = project;
  }

  declared(values: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    const sha256 = createHash('sha256').update(FILE).digest('hex');
    return { clientUploadId: randomUUID(), fileName: 'Cath\u00e9drale.glb', size: FILE.length, sha256, ...values };
  }

  async create(values: Readonly<Record<string, unknown>> = {}): Promise<Body> {
    return (await this.#client.post(`/projects/${this.#project}/uploads`, this.declared(values))).body;
  }

  /** Past the slot to the store; with checksums where they are given, by part. */
  async send(id: string, wanted: readonly number[] = [1, 2], checksums?: readonly [string, string]): Promise<SentPart[]> {
    const { urls } = (await this.sign(id, wanted, checksums)).body;
    return Promise.all(
      urls.map(async ({ part, url, headers }) => {
        const stored = await fetch(url, { method: 'PUT', body: PARTS[part - 1] ?? FILE, headers });
        if (stored.status !== 200) throw new Error(`the store answered ${stored.status}: ${await stored.text()}`);
        return { part, etag: stored.headers.get('etag') ?? '' };
      }),
    );
  }

  sign(id: string, wanted: readonly number[], checksums?: readonly [string, string]): Promise<Answer> {
    const parts = wanted.map((part) => (checksums === undefined ? part : { part, sha256: checksums[part - 1] }));
    return this.#client.post(`/uploads/${id}/sign`, { parts });
  }

  /** Through the slot. */
  put(id: string, part: number, body: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
    return this.#client.put(`/uploads/${id}/parts/${part}`, body, { 'content-type': 'application/octet-stream', ...headers });
  }

  complete(id: string, parts: readonly SentPart[], fence = 1): Promise<Answer> {
    return this.#client.post(`/uploads/${id}/complete`, { fence, parts });
  }
}
