import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RolloutError, type DeploymentLog } from '@devplatform/rollout-engine';
import { appendLine, parsed, readLines } from '../lines.ts';
import { faultOf, Head, lineOf, linkAfter, type Fault, type Line, type Link } from './chain.ts';

/** `<home>/deployments.jsonl`, one line per run; `<home>/deployments.head` says which is the last. */
const logFile = (home: string): string => join(home, 'deployments.jsonl');
const headFile = (home: string): string => join(home, 'deployments.head');

export interface LogContent {
  readonly lines: readonly Line[];
  readonly fault: Fault | null;
  /** A run was killed while it wrote its line; it writes it again when it is resumed. */
  readonly torn: boolean;
}

export async function readLog(home: string): Promise<LogContent> {
  const { whole, torn } = await readLines(logFile(home));
  const lines = whole.map(lineOf);
  return { lines, fault: faultOf(lines, await readHead(home)), torn: torn !== '' };
}

/** Nothing is appended to a log that is damaged, and nothing is said of what it holds: throws `log-damaged`. */
export function fileLog(home: string): DeploymentLog {
  const sound = async (): Promise<LogContent> => {
    const content = await readLog(home);
    if (content.fault !== null) throw damaged(home, content.fault);
    return content;
  };
  const has = async (id: string): Promise<boolean> => (await sound()).lines.some((line) => idOf(line) === id);
  return {
    append: async (record) => {
      const { lines } = await sound();
      if (lines.some((line) => idOf(line) === record.id)) return;
      const link = linkAfter(lastOf(lines), record);
      await appendLine(logFile(home), link);
      await writeHead(home, link);
    },
    has,
  };
}

const idOf = (line: Line): string | undefined => (line?.kind === 'link' ? line.link.record.id : line?.record.id);

function lastOf(lines: readonly Line[]): Link | null {
  const last = lines.at(-1) ?? null;
  return last?.kind === 'link' ? last.link : null;
}

/** null: there is none yet. One that cannot be read says nothing, and verifying says so. */
async function readHead(home: string): Promise<Head | null> {
  const text = await readFile(headFile(home), 'utf8').catch(() => null);
  if (text === null) return null;
  const head = Head.safeParse(parsed(text));
  return head.success ? head.data : { n: 0, hash: '' };
}

async function writeHead(home: string, { n, hash }: Link): Promise<void> {
  await writeFile(`${headFile(home)}.new`, JSON.stringify({ n, hash }), { mode: 0o600, flush: true });
  await rename(`${headFile(home)}.new`, headFile(home));
}

function damaged(home: string, { line, why }: Fault): RolloutError {
  return new RolloutError('log-damaged', `The deployment log ${logFile(home)} is damaged at line ${line}: ${why}.`, {
    untouched: 'Nothing was changed.',
    next: `Keep a copy, then move it and ${headFile(home)} elsewhere; a new chain begins with the next run. A rollback does not wait for that.`,
  });
}
