import { createHash } from 'node:crypto';
import { MAX_UPLOAD_BYTES } from '@devplatform/contracts';
import type { ObjectStore } from '@devplatform/runtime/storage';
import { Outage } from '../../outage.ts';
import { Rejection } from '../rejection.ts';
import type { Source } from './messages.ts';

/** Reads an uploaded file of at most 100 MB and checks that the store's bytes are the ones that were sent. Throws Rejection. */
export async function readSource(store: ObjectStore, { objectKey, sha256 }: Source): Promise<Uint8Array<ArrayBuffer>> {
  const size = await store.size(objectKey);
  if (size === null) throw new Rejection('missing', 'The uploaded file is not in the object store.');
  if (size > MAX_UPLOAD_BYTES) throw new Rejection('too-large', `The file has ${size} bytes; at most ${MAX_UPLOAD_BYTES} are accepted.`);
  const file = new Uint8Array(size);
  const hash = createHash('sha256');
  let at = 0;
  for await (const chunk of (await store.get(objectKey)) as AsyncIterable<Uint8Array>) {
    if (at + chunk.byteLength > size) throw new Outage(`the store sent more than the ${size} bytes that it had announced`);
    file.set(chunk, at);
    hash.update(chunk);
    at += chunk.byteLength;
  }
  if (at < size) throw new Outage(`the store sent ${at} of ${size} bytes`);
  const actual = hash.digest('hex');
  if (actual !== sha256) throw new Rejection('hash-mismatch', `The stored file has SHA-256 ${actual}, but ${sha256} was uploaded.`);
  return file;
}
