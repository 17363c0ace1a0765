import { createServer } from 'node:http';
import S3rver from 's3rver';

const [directory, port] = process.argv.slice(2);
if (directory === undefined || port === undefined) throw new Error('usage: s3-main.ts DIRECTORY PORT');

const store = new S3rver({ directory, silent: true, vhostBuckets: false, configureBuckets: [{ name: 'devplatform', configs: [] }] });
await store.configureBuckets();
const answer = store.callback();

/** s3rver checks a signature where there is one and lets everybody else in; a private bucket must not. */
const server = createServer({ requestTimeout: 0 }, (request, response) => {
  const signed = request.headers.authorization !== undefined || /[?&]X-Amz-Signature=/.test(request.url ?? '');
  if (signed) answer(request, response);
  else response.writeHead(403, { 'content-type': 'application/xml', connection: 'close' }).end('<Error><Code>AccessDenied</Code></Error>');
});
server.keepAliveTimeout = 75_000;
server.listen(Number(port), '127.0.0.1');

process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
