import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

export interface StoreConfig {
  readonly S3_ENDPOINT: string;
  readonly S3_PUBLIC_ENDPOINT?: string | undefined;
  readonly S3_REGION: string;
  readonly S3_BUCKET: string;
  readonly S3_ACCESS_KEY: string;
  readonly S3_SECRET_KEY: string;
}

export interface StoredPart {
  readonly part: number;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
}

/** The bucket that both slots share; sizes in bytes, times in seconds. */
export class ObjectStore {
  readonly #bucket: string;
  readonly #client: S3Client;
  /** Signs only; its endpoint is what browsers reach. */
  readonly #signer: S3Client;

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
      });
    this.#client = client(config.S3_ENDPOINT);
    this.#signer = client(config.S3_PUBLIC_ENDPOINT ?? config.S3_ENDPOINT);
  }

  /** Throws unless the bucket answers. */
  async ping(signal: AbortSignal): Promise<void> {
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), { abortSignal: signal });
  }

  async createMultipart(key: string): Promise<string> {
    const { UploadId } = await this.#client.send(new CreateMultipartUploadCommand({ Bucket: this.#bucket, Key: key }));
    if (UploadId === undefined) throw new Error('the store gave no upload id');
    return UploadId;
  }

  /** URL to PUT one part to, of exactly `size` bytes: the length is signed, so the store refuses more before it takes it. */
  signPart(key: string, uploadId: string, part: number, size: number, expiresIn: number): Promise<string> {
    const command = new UploadPartCommand({ Bucket: this.#bucket, Key: key, UploadId: uploadId, PartNumber: part, ContentLength: size });
    return getSignedUrl(this.#signer, command, { expiresIn });
  }

  async putPart(key: string, uploadId: string, part: number, body: Readable | Uint8Array, size: number): Promise<string> {
    const command = new UploadPartCommand({
      Bucket: this.#bucket,
      Key: key,
      UploadId: uploadId,
      PartNumber: part,
      Body: body,
      ContentLength: size,
    });
    return (await this.#client.send(command)).ETag ?? '';
  }

  /** What the store has of an upload; null when it no longer knows it (completed or aborted). */
  async listParts(key: string, uploadId: string): Promise<readonly StoredPart[] | null> {
    try {
      const { Parts } = await this.#client.send(new ListPartsCommand({ Bucket: this.#bucket, Key: key, UploadId: uploadId }));
      return (Parts ?? []).map(({ PartNumber, ETag, Size }) => ({ part: PartNumber ?? 0, etag: ETag ?? '', size: Size ?? 0 }));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** May be repeated: an upload that is already complete is no error where the object is there. */
  async completeMultipart(
    key: string,
    uploadId: string,
    parts: readonly { readonly part: number; readonly etag: string }[],
  ): Promise<void> {
    const MultipartUpload = { Parts: parts.map(({ part, etag }) => ({ PartNumber: part, ETag: etag })) };
    try {
      await this.#client.send(new CompleteMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: uploadId, MultipartUpload }));
    } catch (error) {
      if (!isMissing(error) || (await this.size(key)) === null) throw error;
    }
  }

  async abortMultipart(key: string, uploadId: string): Promise<void> {
    try {
      await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: uploadId }));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
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

  async delete(key: string): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  signGet(key: string, expiresIn: number): Promise<string> {
    return getSignedUrl(this.#signer, new GetObjectCommand({ Bucket: this.#bucket, Key: key }), { expiresIn });
  }

  close(): void {
    this.#client.destroy();
    this.#signer.destroy();
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  (error.$metadata.httpStatusCode === 404 || error.name === 'NoSuchUpload' || error.name === 'NoSuchKey');
