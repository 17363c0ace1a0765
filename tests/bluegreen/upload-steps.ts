import { createHash, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { PART_BYTES } from '@devplatform/contracts';
import { claimOf, persist, type Platform } from '@devplatform/harness';

type UploadView = Awaited<ReturnType<Platform['upload']>>;

export interface StoredPart {
  readonly part: number;
  readonly etag: string;
}

interface Declared {
  /** Default: that of the file. */
  readonly sha256?: string;
  readonly modelId?: string;
}

/** One file on its way to the platform, step by step, so that something can happen between any two. Each step is tried until it is done. */
export class UploadSteps {
  readonly file: Uint8Array;
  readonly sha256: string;
  readonly #platform: Platform;
  readonly #clientUploadId = randomUUID();
  #upload: UploadView | undefined;

  constructor(platform: Platform, file: Uint8Array) {
    this.#platform = platform;
    this.file = file;
    this.sha256 = createHash('sha256').update(file).digest('hex');
  }

  get id(): string {
    return this.#upload?.id ?? '';
  }

  get parts(): readonly number[] {
    return Array.from({ length: Math.ceil(this.file.byteLength / PART_BYTES) }, (_, index) => index + 1);
  }

  async create(projectId: string, fileName: string, declared: Declared = {}): Promise<void> {
    const values = { clientUploadId: this.#clientUploadId, fileName, size: this.file.byteLength, sha256: this.sha256, partChecksums: true };
    this.#upload = await patiently('the upload', () => this.#platform.createUpload(projectId, { ...values, ...declared }));
  }

  async sign(): Promise<readonly PartSender[]> {
    const claims = this.parts.map((part) => claimOf(this.file, part));
    const { urls } = await patiently('the signatures', () => this.#platform.signParts(this.id, claims));
    return urls.map((signed) => new PartSender(signed, this.file.subarray((signed.part - 1) * PART_BYTES, signed.part * PART_BYTES)));
  }

  async send(): Promise<readonly StoredPart[]> {
    const stored: StoredPart[] = [];
    for (const sender of await this.sign()) stored.push(await sender.send());
    return stored;
  }

  complete(parts: readonly StoredPart[], platform = this.#platform): Promise<UploadView> {
    return patiently('the completion', () => this.completeOnce(parts, platform));
  }

  /** One exchange: rejects where nobody answers. */
  completeOnce(parts: readonly StoredPart[], platform = this.#platform): Promise<UploadView> {
    return platform.completeUpload(this.id, { fence: this.#upload?.fence ?? 0, parts: [...parts] });
  }

  read(): Promise<UploadView> {
    return patiently('the upload', () => this.#platform.upload(this.id));
  }
}

/** One part and its signature. */
export class PartSender {
  readonly part: number;
  readonly bytes: Uint8Array;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ part, url, headers }: { part: number; url: string; headers: Record<string, string> }, bytes: Uint8Array) {
    this.part = part;
    this.bytes = bytes;
    this.#url = url;
    this.#headers = headers;
  }

  async put(bytes: Uint8Array = this.bytes): Promise<Response> {
    return fetch(this.#url, { method: 'PUT', headers: this.#headers, body: Buffer.from(bytes) });
  }

  async send(): Promise<StoredPart> {
    const answer = await this.put();
    if (answer.status !== 200) throw new Error(`the store answered ${answer.status}: ${await answer.text()}`);
    return { part: this.part, etag: answer.headers.get('etag') ?? '' };
  }

  /** With something happening in the middle of the part. */
  sendAround(meanwhile: () => Promise<void>): Promise<StoredPart> {
    return new Promise((resolve, reject) => {
      const outgoing = request(this.#url, { method: 'PUT', headers: { ...this.#headers, 'content-length': this.bytes.byteLength } });
      outgoing.on('error', reject);
      outgoing.on('response', (answer) => {
        answer.resume();
        if (answer.statusCode === 200) resolve({ part: this.part, etag: answer.headers.etag ?? '' });
        else reject(new Error(`the store answered ${answer.statusCode ?? 0}`));
      });
      const half = this.bytes.byteLength / 2;
      outgoing.write(this.bytes.subarray(0, half), () => {
        meanwhile().then(() => outgoing.end(this.bytes.subarray(half)), reject);
      });
    });
  }
}

const patiently = <T>(what: string, attempt: () => Promise<T>): Promise<T> => persist(what, () => undefined, attempt);
