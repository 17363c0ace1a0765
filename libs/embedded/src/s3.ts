import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { choosePort } from './port.ts';
import { findProcess, startProcess } from './process.ts';
import { until } from './until.ts';

const NAME = 's3';

export interface S3Access {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Starts (or finds again) the S3 API from npm's `s3rver` with its objects in `dir`. Its only account is fixed, so it listens on loopback alone. */
export async function startS3(dir: string): Promise<S3Access> {
  const portFile = join(dir, 's3.port');
  mkdirSync(join(dir, NAME), { recursive: true });
  const previousPort = existsSync(portFile) ? Number(readFileSync(portFile, 'utf8')) : undefined;
  const running = findProcess(dir, NAME) !== null;
  const port = running && previousPort !== undefined ? previousPort : await choosePort(previousPort);
  if (!running) {
    writeFileSync(portFile, String(port));
    const main = fileURLToPath(new URL('./s3-main.ts', import.meta.url));
    await startProcess({
      dir,
      name: NAME,
      command: process.execPath,
      args: [main, join(dir, NAME), String(port)],
      env: { PATH: process.env.PATH },
      // On one machine with everything else: bulk bytes may wait, edits and requests may not.
      niceness: 5,
    });
  }
  const endpoint = `http://127.0.0.1:${String(port)}`;
  await until(async () => (await fetch(`${endpoint}/devplatform`, { method: 'HEAD' })).status < 500, {
    what: `the object store on port ${String(port)}; see ${join(dir, 'logs/s3.log')}`,
    deadlineMs: 30_000,
  });
  return { endpoint, region: 'us-east-1', bucket: 'devplatform', accessKey: 'S3RVER', secretKey: 'S3RVER' };
}
