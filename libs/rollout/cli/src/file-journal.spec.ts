import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JournalEntry } from '@devplatform/rollout-engine';
import { fileJournal } from './file-journal.ts';

const id = '00000000-0000-4000-8000-000000000001';
const entry = JournalEntry.parse({ type: 'closed', id, at: '2026-01-01T00:00:00.000Z', state: 'done', active: 'blue' });

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('fileJournal', () => {
  it('appends a line per entry and keeps what is there', async () => {
    await fileJournal(home).append(entry);
    await fileJournal(home).append({ ...entry, state: 'undone' });
    const lines = readFileSync(join(home, 'deployments', `${id}.jsonl`), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JournalEntry.parse(JSON.parse(line)).state)).toEqual(['done', 'undone']);
  });

  it('fails where it cannot write, instead of going on without', async () => {
    writeFileSync(join(home, 'deployments'), 'a file where the folder should be');
    await expect(fileJournal(home).append(entry)).rejects.toThrow('EEXIST');
  });
});
