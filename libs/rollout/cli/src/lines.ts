import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file of lines of JSON, of which whole lines alone count: one that a killed process left half-written was never true. */
export interface Lines {
  readonly whole: readonly string[];
  /** What follows the last line break; empty: nothing. */
  readonly torn: string;
}

/** No lines where there is no such file. */
export async function readLines(file: string): Promise<Lines> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n');
  return { whole: lines.slice(0, -1), torn: lines.at(-1) ?? '' };
}

/** One line of JSON, on the disk when this returns; what was torn before it goes. */
export async function appendLine(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const { whole, torn } = await readLines(file);
  if (torn !== '') await truncate(file, Buffer.byteLength(whole.map((line) => `${line}\n`).join('')));
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.appendFile(`${JSON.stringify(value)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** undefined: it is no JSON. */
export function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
