import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** An answer of S3 that is no success; its code is S3's own. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What is kept beside the bytes of a part, in `<part>.json`. */
const PartRecord = z.object({ etag: z.string(), sha256: z.string().nullable() });
type PartRecord = z.infer<typeof PartRecord>;

/**
 * What s3rver lacks of multipart uploads, on its own files: ListParts, AbortMultipartUpload, NoSuchUpload, parts that are there
 * whole or not at all when a sender dies, and checksums of parts. Resolves to false where the request is s3rver's to answer.
 */
export async function answerMultipart(directory: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store');
  const id = searchParams.get('uploadId');
  const [, bucket = '', ...key] = pathname.split('/');
  if (id === null) return false;
  const folder = join(directory, bucket, '._S3rver_uploads', id);
  try {
    if (!/^[0-9a-f]{32}$/.test(id) || !(await exists(folder))) throw new Refusal(404, 'NoSuchUpload', 'The upload does not exist.');
    if (request.method === 'GET') {
      answer(response, 200, await listing(folder, bucket, key.join('/'), id));
    } else if (request.method === 'PUT') {
      const { etag, sha256 } = await putPart(folder, Number(searchParams.get('partNumber')), request);
      response.writeHead(200, { etag: `"${etag}"`, ...(sha256 !== null && { 'x-amz-checksum-sha256': sha256 }) }).end();
    } else if (request.method === 'DELETE') {
      await rm(folder, { recursive: true, force: true });
      response.writeHead(204).end();
    } else {
      return false;
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    request.resume();
    answer(response, error.status, `<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`);
  }
  return true;
}

async function putPart(folder: string, part: number, request: IncomingMessage): Promise<PartRecord> {
  if (!Number.isInteger(part) || part < 1 || part > 10_000) {
    throw new Refusal(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  }
  const claimed = await claimedChecksum(folder, request);
  const [md5, sha256] = [createHash('md5'), createHash('sha256')];
  const arriving = join(folder, `arriving-${randomUUID()}`);
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      md5.update(chunk);
      if (claimed !== null) sha256.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(request, measure, createWriteStream(arriving));
    if (claimed !== null && sha256.digest('base64') !== claimed) {
      throw new Refusal(400, 'BadDigest', 'The SHA256 you specified did not match the calculated checksum.');
    }
    const record: PartRecord = { etag: md5.digest('hex'), sha256: claimed };
    await rename(arriving, join(folder, String(part)));
    await writeFile(join(folder, `${String(part)}.json`), JSON.stringify(record));
    return record;
  } finally {
    await rm(arriving, { force: true });
  }
}

/** Base64; null: the upload has none. Throws Refusal, as S3 does, where the part and its upload disagree about that. */
async function claimedChecksum(folder: string, { headers }: IncomingMessage): Promise<string | null> {
  const claimed = headers['x-amz-checksum-sha256'] ?? null;
  const upload = z.looseObject({ 'x-amz-checksum-algorithm': z.string().optional() });
  const { 'x-amz-checksum-algorithm': algorithm } = upload.parse(JSON.parse(await readFile(join(folder, 'metadata'), 'utf8')));
  if ((algorithm?.toLowerCase() ?? null) !== (claimed === null ? null : 'sha256')) {
    const [expected, actual] = [algorithm?.toLowerCase() ?? 'null', claimed === null ? 'null' : 'sha256'];
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`;
    throw new Refusal(400, 'InvalidRequest', message);
  }
  if (claimed !== null && (typeof claimed !== 'string' || !/^[A-Za-z0-9+/]{43}=$/.test(claimed))) {
    throw new Refusal(400, 'InvalidRequest', 'Value for x-amz-checksum-sha256 header is invalid.');
  }
  return claimed;
}

async function listing(folder: string, bucket: string, key: string, id: string): Promise<string> {
  const numbers = (await readdir(folder)).flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number);
  const parts = await Promise.all(
    numbers
      .sort((a, b) => a - b)
      .map(async (number) => {
        const file = join(folder, String(number));
        const [{ size, mtime }, text] = await Promise.all([stat(file), readFile(`${file}.json`, 'utf8')]);
        const { etag, sha256 } = PartRecord.parse(JSON.parse(text));
        const checksum = sha256 === null ? '' : `<ChecksumSHA256>${sha256}</ChecksumSHA256>`;
        return `<Part><PartNumber>${String(number)}</PartNumber><LastModified>${mtime.toISOString()}</LastModified><ETag>"${etag}"</ETag><Size>${String(size)}</Size>${checksum}</Part>`;
      }),
  );
  const head = `<Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId><IsTruncated>false</IsTruncated>`;
  return `<ListPartsResult>${head}${parts.join('')}</ListPartsResult>`;
}

function answer(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
