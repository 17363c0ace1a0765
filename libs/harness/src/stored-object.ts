import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
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
  return withStore(store, async (client) => {
    const hashes = new Map<string, string>();
    for (const { id, key } of rows) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: store.bucket, Key: key }));
      const hash = createHash('sha256');
      for await (const chunk of Body as Readable) hash.update(chunk as Buffer);
      hashes.set(id, hash.digest('hex'));
    }
    return hashes;
  });
}

/** Keys of all objects that begin with `prefix`, at most a thousand. */
export const storedKeys = (store: S3Access, prefix: string): Promise<readonly string[]> =>
  withStore(store, async (client) => {
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: store.bucket, Prefix: prefix }));
    return (Contents ?? []).flatMap(({ Key }) => Key ?? []);
  });

async function withStore<T>(store: S3Access, work: (client: S3Client) => Promise<T>): Promise<T> {
  const client = new S3Client({
    ...{ endpoint: store.endpoint, region: store.region, forcePathStyle: true },
    credentials: { accessKeyId: store.accessKey, secretAccessKey: store.secretKey },
  });
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}
