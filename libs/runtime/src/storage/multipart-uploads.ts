import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  S3ServiceException,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { isMissing } from './missing.ts';

/** An upload at the store. Where it has `checksums`, each part comes with its SHA-256; S3 refuses a mixture. */
export interface Multipart {
  readonly key: string;
  readonly id: string;
  readonly checksums: boolean;
}

export interface StoredPart {
  readonly part: number;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  /** Base64; undefined in an upload without checksums. */
  readonly sha256: string | undefined;
  readonly at: Date;
}

/** What a part has to be. */
export interface PartClaim {
  readonly part: number;
  /** Bytes. */
  readonly size: number;
  /** Base64. */
  readonly sha256?: string | undefined;
}

export interface SignedPart {
  readonly url: string;
  /** Part of the signature: the store answers 403 where the sender leaves them out. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The store counted another SHA-256 than the one that came with the part. Nothing of the part is kept. */
export class ChecksumMismatch extends Error {
  override readonly name = 'ChecksumMismatch';
}

const SHA256_HEADER = 'x-amz-checksum-sha256';

/** Multipart uploads of one bucket. `signer` only signs; its endpoint is what browsers reach. */
export class MultipartUploads {
  readonly #bucket: string;
  readonly #client: S3Client;
  readonly #signer: S3Client;

  constructor(bucket: string, client: S3Client, signer: S3Client) {
    this.#bucket = bucket;
    this.#client = client;
    this.#signer = signer;
  }

  /** Returns the store's upload id. */
  async create(key: string, checksums: boolean): Promise<string> {
    const { UploadId } = await this.#client.send(
      new CreateMultipartUploadCommand({ Bucket: this.#bucket, Key: key, ...(checksums && { ChecksumAlgorithm: 'SHA256' }) }),
    );
    if (UploadId === undefined) throw new Error('the store gave no upload id');
    return UploadId;
  }

  /** To PUT one part, of exactly these bytes: length and checksum are signed. `expiresIn` in seconds. */
  async sign(upload: Multipart, claim: PartClaim, expiresIn: number): Promise<SignedPart> {
    // In the query, where the signer puts headers by default, S3 would sign the checksum and then not look at it.
    const unhoistableHeaders = new Set([SHA256_HEADER]);
    const url = await getSignedUrl(this.#signer, this.#partCommand(upload, claim), { expiresIn, unhoistableHeaders });
    return { url, headers: claim.sha256 === undefined ? {} : { [SHA256_HEADER]: claim.sha256 } };
  }

  /** Returns the etag. Throws ChecksumMismatch. */
  async put(upload: Multipart, claim: PartClaim, body: Readable | Uint8Array): Promise<string> {
    try {
      return (await this.#client.send(this.#partCommand(upload, claim, body))).ETag ?? '';
    } catch (cause) {
      if (cause instanceof S3ServiceException && cause.name === 'BadDigest') throw new ChecksumMismatch(cause.message, { cause });
      throw cause;
    }
  }

  /** What the store has of an upload; null when it no longer knows it (completed or aborted). */
  async list({ key, id }: Pick<Multipart, 'key' | 'id'>): Promise<readonly StoredPart[] | null> {
    const listing = await forgiving(this.#client.send(new ListPartsCommand({ Bucket: this.#bucket, Key: key, UploadId: id })));
    if (listing === null) return null;
    return (listing.Parts ?? []).map(({ PartNumber = 0, ETag = '', Size = 0, ChecksumSHA256, LastModified = new Date() }) => ({
      ...{ part: PartNumber, etag: ETag, size: Size, sha256: ChecksumSHA256, at: LastModified },
    }));
  }

  /** May be repeated: an upload that the store does not know (any more) is no error. Whether the object is there says its size. */
  async complete({ key, id }: Pick<Multipart, 'key' | 'id'>, parts: readonly StoredPart[]): Promise<void> {
    const Parts = parts.map(({ part, etag, sha256 }) => ({ PartNumber: part, ETag: etag, ChecksumSHA256: sha256 }));
    const MultipartUpload = { Parts };
    await forgiving(
      this.#client.send(new CompleteMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: id, MultipartUpload })),
    );
  }

  /** May be repeated. */
  async abort({ key, id }: Pick<Multipart, 'key' | 'id'>): Promise<void> {
    await forgiving(this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key: key, UploadId: id })));
  }

  #partCommand({ key, id }: Multipart, { part, size, sha256 }: PartClaim, body?: Readable | Uint8Array): UploadPartCommand {
    return new UploadPartCommand({
      ...{ Bucket: this.#bucket, Key: key, UploadId: id, PartNumber: part, ContentLength: size },
      ...(sha256 !== undefined && { ChecksumSHA256: sha256 }),
      ...(body !== undefined && { Body: body }),
    });
  }
}

/** null: the store does not know the upload. */
async function forgiving<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
