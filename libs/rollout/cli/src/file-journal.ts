import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DeploymentLog, Journal } from '@devplatform/rollout-engine';

/** One line of JSON, on the disk when this returns. */
async function appendLine(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.appendFile(`${JSON.stringify(value)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** `<home>/deployments/<id>.jsonl`, one per run. */
export const fileJournal = (home: string): Journal => ({
  append: (entry) => appendLine(join(home, 'deployments', `${entry.id}.jsonl`), entry),
});

/** `<home>/deployments.jsonl`, one line per run. */
export const logFile = (home: string): string => join(home, 'deployments.jsonl');
export const fileLog = (home: string): DeploymentLog => ({ append: (record) => appendLine(logFile(home), record) });
