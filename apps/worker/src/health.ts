import { ConfigError, parseConfig, WorkerConfig } from '@devplatform/runtime/config';

/** The command that takes the place of Celery's `inspect ping`: exit 0 when the running worker says it is healthy within 10 s. */
async function askHealth(): Promise<string> {
  const { HOST, INTERNAL_PORT, INTERNAL_TOKEN } = parseConfig(WorkerConfig.pick({ HOST: true, INTERNAL_PORT: true, INTERNAL_TOKEN: true }));
  const host = HOST === '0.0.0.0' ? '127.0.0.1' : HOST;
  const response = await fetch(`http://${host}:${INTERNAL_PORT}/health`, {
    headers: { authorization: `Bearer ${INTERNAL_TOKEN}` },
    signal: AbortSignal.timeout(9500),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

try {
  console.log(await askHealth());
} catch (error) {
  if (error instanceof ConfigError) console.error(error.message);
  else console.error(`The worker is not healthy: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
