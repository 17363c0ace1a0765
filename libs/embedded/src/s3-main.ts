import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import S3rver from 's3rver';
import { answerMultipart } from './s3-multipart.ts';
import { isSigned } from './s3-signature.ts';

const [directory, port] = process.argv.slice(2);
if (directory === undefined || port === undefined) throw new Error('usage: s3-main.ts DIRECTORY PORT');

const ACCOUNT = { accessKey: 'S3RVER', secretKey: 'S3RVER' };
const store = new S3rver({ directory, silent: true, vhostBuckets: false, configureBuckets: [{ name: 'devplatform', configs: [] }] });
await store.configureBuckets();
const answer = store.callback();

/** s3rver lets unsigned requests in and verifies no signature of version 4; a private bucket must. */
const server = createServer({ requestTimeout: 0 }, (request, response) => {
  if (isSigned(request, ACCOUNT)) {
    void serve(request, response);
    return;
  }
  // Taken and thrown away: who is still sending would see a broken connection in place of the answer.
  request.resume();
  response.writeHead(403, { 'content-type': 'application/xml' }).end('<Error><Code>AccessDenied</Code></Error>');
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    // s3rver answers this by listing the bucket, and hashes on the way every object that is just arriving.
    if (request.method === 'HEAD' && /^\/devplatform\/?(\?|$)/.test(request.url ?? '')) response.writeHead(200).end();
    else if (!(await answerMultipart(directory ?? '', request, response))) answer(request, response);
  } catch (error) {
    // A sender that went away in the middle of a part; the next one starts the part anew.
    console.error(request.method, request.url?.split('?')[0], error);
    response.destroy();
  }
}

server.keepAliveTimeout = 75_000;
server.listen(Number(port), '127.0.0.1');

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
