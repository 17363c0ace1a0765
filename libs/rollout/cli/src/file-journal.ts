import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalEntry, RolloutError, type Journal } from '@devplatform/rollout-engine';
import { z } from 'zod';
import { appendLine, parsed, readLines } from './lines.ts';

/** `<home>/deployments/<id>.jsonl`, one per run. */
export function fileJournal(home: string): Journal {
  const folder = join(home, 'deployments');
  return {
    append: (entry) => appendLine(join(folder, `${entry.id}.jsonl`), entry),
    last: async () => {
      const found = await Promise.all((await namesIn(folder)).map((name) => openingOf(join(folder, name))));
      // The fence of the lease grows with every run, whatever the clocks say.
      const [newest] = found.filter((opening) => opening !== null).sort((a, b) => b.fence - a.fence);
      return newest === undefined ? null : readJournal(newest.file);
    },
  };
}

/** null: not even the first line was written whole, so nothing of that run had happened. */
async function openingOf(file: string): Promise<{ readonly file: string; readonly fence: number } | null> {
  const { whole } = await readLines(file);
  if (whole[0] === undefined) return null;
  const opened = JournalEntry.safeParse(parsed(whole[0]));
  if (opened.success && opened.data.type === 'opened') return { file, fence: opened.data.fence };
  throw damaged(file, 'it does not begin with the entry "opened"');
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith('.jsonl'));
}

async function readJournal(file: string): Promise<readonly JournalEntry[]> {
  const { whole } = await readLines(file);
  return whole.map((line, at) => {
    const entry = JournalEntry.safeParse(parsed(line));
    if (entry.success) return entry.data;
    throw damaged(file, `line ${at + 1} is no journal entry (${z.prettifyError(entry.error).replaceAll('\n', ' ')})`);
  });
}

const damaged = (file: string, why: string): RolloutError =>
  new RolloutError('journal-damaged', `The journal ${file} is damaged: ${why}. Whether its run ended is not known, and is not guessed.`, {
    untouched: 'Nothing was changed.',
    next: 'Look at `npx nx status backend`, move the file elsewhere, and then deploy or roll back: both first hand over what is still in flight.',
  });
