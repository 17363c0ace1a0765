import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RELEASE } from '@devplatform/contracts';
import { choosePort, startParts, stopParts, until } from '@devplatform/embedded';
import { migrations } from '@devplatform/migrations';
import { migrate } from '@devplatform/runtime/database';
import { watch } from 'rolldown';
import { bundle, root } from './bundle.mts';
import { setUpRedis } from './setup.mts';

const HELP = `npm run dev [-- --port 5173]

The three applications with reload: the page by Vite, backend and worker bundled again and restarted at each change, on
PostgreSQL, Redis and an S3 API that need no installation (data stays in .devplatform/dev). Ctrl-C ends everything.

DATABASE_URL, REDIS_URL and S3_ENDPOINT (with S3_ACCESS_KEY, S3_SECRET_KEY) replace the embedded parts.`;

const { values } = parseArgs({ options: { port: { type: 'string', default: '5173' }, help: { type: 'boolean', short: 'h' } } });
if (values.help) {
  console.log(HELP);
} else {
  await develop(await choosePort(Number(values.port)));
}

async function develop(pagePort: number): Promise<void> {
  await setUpRedis();
  const home = join(root, '.devplatform/dev');
  const out = join(root, 'dist/dev');
  const parts = await startParts(home);
  await migrate(parts.databaseUrl, migrations, {
    applied: (name) => {
      console.log(`migrated ${name}`);
    },
  });
  const page = `http://127.0.0.1:${pagePort}`;
  const [backendPort, backendInternal, workerInternal] = [await choosePort(8000), await choosePort(8001), await choosePort(8002)];
  const env = {
    ...process.env,
    ...{ NODE_ENV: 'development', SLOT: 'blue', DATABASE_URL: parts.databaseUrl, REDIS_URL: parts.redisUrl, LOG_LEVEL: 'warn' },
    ...{ S3_ENDPOINT: parts.s3.endpoint, S3_PUBLIC_ENDPOINT: page, S3_REGION: parts.s3.region, S3_BUCKET: parts.s3.bucket },
    ...{ S3_ACCESS_KEY: parts.s3.accessKey, S3_SECRET_KEY: parts.s3.secretKey },
  };
  const watcher = watch((['backend', 'worker'] as const).map((app) => bundle(app, RELEASE, join(out, app))));
  await new Promise<void>((resolve, reject) => {
    watcher.on('event', (event) => {
      if (event.code === 'END') resolve();
      if (event.code === 'ERROR') reject(event.error);
    });
  });
  const children: ChildProcess[] = [];
  const start = (command: string, args: string[], extra: NodeJS.ProcessEnv): void => {
    children.push(spawn(command, args, { cwd: root, env: { ...env, ...extra }, stdio: 'inherit' }));
  };
  start(process.execPath, ['--watch', '--watch-preserve-output', join(out, 'backend/main.js')], {
    PORT: String(backendPort),
    INTERNAL_PORT: String(backendInternal),
  });
  start(process.execPath, ['--watch', '--watch-preserve-output', join(out, 'worker/main.js')], { INTERNAL_PORT: String(workerInternal) });
  const api = `http://127.0.0.1:${backendPort}`;
  await until(async () => (await fetch(`${api}/api/v1/health`)).ok, { what: 'the backend to be healthy', deadlineMs: 60_000 });
  start('vite', ['apps/frontend', '--port', String(pagePort), '--strictPort', '--host', '127.0.0.1', '--logLevel', 'warn'], {
    BACKEND_URL: api,
  });
  await until(async () => (await fetch(page)).ok, { what: 'the page to be served', deadlineMs: 60_000 });
  console.log(`\n  ${page}\n  API ${api}/api/v1/docs\n  Ctrl-C ends everything.\n`);
  await once(process, 'SIGINT');
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.filter((child) => child.exitCode === null).map((child) => once(child, 'exit')));
  await watcher.close();
  await stopParts(home);
}
