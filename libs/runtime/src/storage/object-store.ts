import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { isMissing } from './missing.ts';
import { MultipartUploads } from './multipart-uploads.ts';

export interface StoreConfig {
  readonly S3_ENDPOINT: string;
  readonly S3_PUBLIC_ENDPOINT?: string | undefined;
  readonly S3_REGION: string;
  readonly S3_BUCKET: string;
  readonly S3_ACCESS_KEY: string;
  readonly S3_SECRET_KEY: string;
}

const nothing = (): void => undefined;
/** What fails is thrown, and logged by whoever asked; without this the client warns on the console besides. */
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The bucket that both slots share; sizes in bytes, times in seconds. */
export class ObjectStore {
  readonly #bucket: string;
  readonly #client: S3Client;
  /** Signs only; its endpoint is what browsers reach. */
  readonly #signer: S3Client;
  readonly multipart: MultipartUploads;

  constructor(config: StoreConfig) {
    this.#bucket = config.S3_BUCKET;
    const client = (endpoint: string): S3Client =>
      new S3Client({
        endpoint,
        region: config.S3_REGION,
        forcePathStyle: true,
        // Milliseconds; by default the client waits for ever for a store that took the connection and says nothing.
        requestHandler: { connectionTimeout: 5000, socketTimeout: 60_000 },
        credentials: { accessKeyId: config.S3_ACCESS_KEY, secretAccessKey: config.S3_SECRET_KEY },
        // Browsers and older stores do not speak the newer default checksums.
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        logger: SILENT,
      });
    this.#client = client(config.S3_ENDPOINT);
    this.#signer = client(config.S3_PUBLIC_ENDPOINT ?? config.S3_ENDPOINT);
    this.multipart = new MultipartUploads(this.#bucket, this.#client, this.#signer);
  }

  /** Throws unless the bucket answers. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), { abortSignal: signal });
  }

  /** null: no such object. */
  async size(key: string): Promise<number | null> {
    try {
      return (await this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }))).ContentLength ?? 0;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async get(key: string): Promise<Readable> {
    const { Body } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    if (Body === undefined) throw new Error(`the store gave no body for ${key}`);
    return Body as Readable;
  }

  async put(key: string, body: Uint8Array, contentType: string): Promise<void> {
    await this.#client.send(new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body: body, ContentType: contentType }));
  }

  /** May be repeated. */
  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  /** Keys of everything whose key begins with `prefix`, at most a thousand of them. */
  async list(prefix: string): Promise<readonly string[]> {
    const { Contents } = await this.#client.send(new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix }));
    return (Contents ?? []).flatMap(({ Key }) => Key ?? []);
  }

  signGet(key: string, expiresIn: number): Promise<string> {
    return getSignedUrl(this.#signer, new GetObjectCommand({ Bucket: this.#bucket, Key: key }), { expiresIn });
  }

  close(): void {
    this.#client.destroy();
    this.#signer.destroy();
  }
}
