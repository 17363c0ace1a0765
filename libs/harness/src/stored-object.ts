import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Access } from '@devplatform/embedded';
import { query } from './database.ts';

/** SHA-256 of what the object store has for each upload, by upload id; read past the platform. */
export async function storedHashes(
  databaseUrl: string,
  store: S3Access,
  uploadIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await query<{ id: string; key: string }>(databaseUrl, `SELECT id, object_key AS key FROM upload WHERE id = ANY($1)`, [
    uploadIds,
  ]);
  const client = new S3Client({
    ...{ endpoint: store.endpoint, region: store.region, forcePathStyle: true },
    credentials: { accessKeyId: store.accessKey, secretAccessKey: store.secretKey },
  });
  try {
    const hashes = new Map<string, string>();
    for (const { id, key } of rows) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: store.bucket, Key: key }));
      const hash = createHash('sha256');
      for await (const chunk of Body as Readable) hash.update(chunk as Buffer);
      hashes.set(id, hash.digest('hex'));
    }
    return hashes;
  } finally {
    client.destroy();
  }
}
