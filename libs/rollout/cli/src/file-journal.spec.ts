import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JournalEntry } from '@devplatform/rollout-engine';
import { fileJournal } from './file-journal.ts';

const id = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
const at = '2026-01-01T00:00:00.000Z';
const opened = (n: number, fence: number): JournalEntry =>
  JournalEntry.parse({
    type: 'opened',
    id: id(n),
    at,
    state: 'locked',
    kind: 'rollback',
    target: 'local',
    deployer: 'a@b',
    fence,
    wanted: null,
  });
const closed = (n: number): JournalEntry => JournalEntry.parse({ type: 'closed', id: id(n), at, state: 'done', active: 'blue' });

let home: string;
const file = (n: number): string => join(home, 'deployments', `${id(n)}.jsonl`);
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'journal-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

describe('fileJournal', () => {
  it('appends a line per entry and keeps what is there', async () => {
    for (const entry of [opened(1, 1), closed(1)]) await fileJournal(home).append(entry);
    const lines = readFileSync(file(1), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JournalEntry.parse(JSON.parse(line)))).toEqual([opened(1, 1), closed(1)]);
  });

  it('fails where it cannot write, instead of going on without', async () => {
    writeFileSync(join(home, 'deployments'), 'a file where the folder should be');
    await expect(fileJournal(home).append(closed(1))).rejects.toThrow('EEXIST');
  });

  it('finds the last run by the fence of its lease, whatever the clocks and the names say', async () => {
    const journal = fileJournal(home);
    expect(await journal.last()).toBeNull();
    for (const entry of [opened(2, 7), opened(1, 8), closed(1), opened(3, 6)]) await journal.append(entry);
    expect(await journal.last()).toEqual([opened(1, 8), closed(1)]);
  });

  it('ENG-5: takes a line that was torn by a kill for one that was never written', async () => {
    const journal = fileJournal(home);
    await journal.append(opened(1, 1));
    appendFileSync(file(1), JSON.stringify(closed(1)).slice(0, 40));
    expect(await journal.last()).toEqual([opened(1, 1)]);
    await journal.append(closed(1));
    expect(await journal.last()).toEqual([opened(1, 1), closed(1)]);
    writeFileSync(file(2), '{"type":"ope');
    expect(await journal.last()).toEqual([opened(1, 1), closed(1)]);
  });

  it.each([
    ['a line in the middle', () => `${JSON.stringify(opened(1, 1))}\n{"type":"don\n${JSON.stringify(closed(1))}\n`, 'line 2'],
    ['the first line', () => `nothing\n`, 'does not begin with'],
    ['an entry of no known kind', () => `${JSON.stringify(opened(1, 1))}\n{"type":"guessed"}\n`, 'line 2'],
  ])('ENG-5: does not guess over damage: %s', async (_, content, why) => {
    mkdirSync(join(home, 'deployments'));
    writeFileSync(file(1), content());
    await expect(fileJournal(home).last()).rejects.toMatchObject({
      code: 'journal-damaged',
      message: expect.stringContaining(why),
      next: expect.stringContaining('move the file elsewhere'),
    });
  });
});
