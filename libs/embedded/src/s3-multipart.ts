import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * What s3rver lacks of multipart uploads, on its own files: ListParts, AbortMultipartUpload, NoSuchUpload, and parts that are
 * there whole or not at all when a sender dies. Resolves to false where the request is s3rver's to answer.
 */
export async function answerMultipart(directory: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://store');
  const id = searchParams.get('uploadId');
  const [, bucket = '', ...key] = pathname.split('/');
  if (id === null) return false;
  const folder = join(directory, bucket, '._S3rver_uploads', id);
  if (!/^[0-9a-f]{32}$/.test(id) || !(await exists(folder))) {
    request.resume();
    answer(response, 404, '<Error><Code>NoSuchUpload</Code><Message>The upload does not exist.</Message></Error>');
    return true;
  }
  if (request.method === 'GET') {
    answer(response, 200, await listing(folder, bucket, key.join('/'), id));
  } else if (request.method === 'PUT') {
    response.writeHead(200, { etag: `"${await putPart(folder, Number(searchParams.get('partNumber')), request)}"` }).end();
  } else if (request.method === 'DELETE') {
    await rm(folder, { recursive: true, force: true });
    response.writeHead(204).end();
  } else {
    return false;
  }
  return true;
}

async function putPart(folder: string, part: number, request: IncomingMessage): Promise<string> {
  const md5 = createHash('md5');
  const arriving = join(folder, `arriving-${randomUUID()}`);
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      md5.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(request, measure, createWriteStream(arriving));
    const etag = md5.digest('hex');
    await rename(arriving, join(folder, String(part)));
    await writeFile(join(folder, `${String(part)}.md5`), etag);
    return etag;
  } finally {
    await rm(arriving, { force: true });
  }
}

async function listing(folder: string, bucket: string, key: string, id: string): Promise<string> {
  const numbers = (await readdir(folder)).flatMap((name) => /^(\d+)\.md5$/.exec(name)?.[1] ?? []).map(Number);
  const parts = await Promise.all(
    numbers
      .sort((a, b) => a - b)
      .map(async (number) => {
        const file = join(folder, String(number));
        const [{ size, mtime }, etag] = await Promise.all([stat(file), readFile(`${file}.md5`, 'utf8')]);
        return `<Part><PartNumber>${String(number)}</PartNumber><LastModified>${mtime.toISOString()}</LastModified><ETag>"${etag}"</ETag><Size>${String(size)}</Size></Part>`;
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
