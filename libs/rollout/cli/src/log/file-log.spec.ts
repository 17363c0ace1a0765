import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeploymentRecord } from '@devplatform/rollout-engine';
import { fileLog, readLog } from './file-log.ts';
import { answerOf, logText, recordText, runOf, verificationOf, verificationText } from './history-text.ts';

const record = (n: number): DeploymentRecord => ({
  ...{ id: `0000000${n}-0000-4000-8000-000000000000`, kind: 'deploy', target: 'local', deployer: 'ada@host', reopened: [] },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', finishedAt: '2026-01-01T00:00:06.000Z', outcome: 'done' },
  version: { previous: 'v1.2.0', next: 'v1.3.0', digest: 'sha256:0' },
  slots: { before: 'blue', after: 'green' },
  ...{ migrations: [], steps: [{ name: 'prepare', ok: true, ms: 1, detail: 'everything is there' }], gates: [] },
  ...{
    switch: { slot: 'green', effectiveMs: 12.4, at: '2026-01-01T00:00:05.000Z' },
    ledger: null,
    left: null,
    measures: [],
    issues: ['one issue'],
  },
});

let home: string;
const file = (): string => join(home, 'deployments.jsonl');
const lines = (): string[] => readFileSync(file(), 'utf8').trimEnd().split('\n');
const rewrite = (change: (all: string[]) => readonly string[]): void => {
  writeFileSync(file(), `${change(lines()).join('\n')}\n`);
};
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});
const write = async (...numbers: readonly number[]): Promise<void> => {
  for (const n of numbers) await fileLog(home).append(record(n));
};

describe('the deployment log', () => {
  it('LOG-1: is a chain that verifies, and has each record once however often it is written', async () => {
    await write(1, 2, 2, 1, 3);
    const content = await readLog(home);
    expect(answerOf(content, 9).records).toEqual([1, 2, 3].map(record));
    expect(verificationText(verificationOf(content))).toBe('✓ 3 records, the chain is unbroken');
    expect([await fileLog(home).has(record(3).id), await fileLog(home).has(record(4).id)]).toEqual([true, false]);
  });

  it.each<[string, (all: string[]) => readonly string[], number, string]>([
    ['a changed word', (all) => all.map((line, i) => (i === 1 ? line.replace('ada@host', 'eve@host') : line)), 2, 'was changed'],
    ['a line taken out', ([a, , c]) => [a ?? '', c ?? ''], 2, 'does not follow'],
    ['lines that were exchanged', ([a, b, c]) => [b ?? '', a ?? '', c ?? ''], 1, 'does not follow'],
    ['a tail that was cut off', ([a, b]) => [a ?? '', b ?? ''], 2, 'lines are missing'],
    ['a line that is none', ([a, b]) => [a ?? '', 'nonsense', b ?? ''], 2, 'no line of a deployment log'],
    ['a record without a hash', (all) => [...all, JSON.stringify(record(4))], 4, 'has no hash'],
  ])('LOG-1: shows %s, and nothing is appended after it', async (_, change, line, why) => {
    await write(1, 2, 3);
    rewrite(change);
    const verification = verificationOf(await readLog(home));
    expect(verification).toMatchObject({ holds: false, fault: { line, why: expect.stringContaining(why) } });
    expect(verificationText(verification)).toContain(`✗ line ${line}`);
    const before = readFileSync(file(), 'utf8');
    await expect(fileLog(home).append(record(5))).rejects.toMatchObject({
      code: 'log-damaged',
      next: expect.stringContaining('elsewhere'),
    });
    expect(readFileSync(file(), 'utf8')).toBe(before);
  });

  it('LOG-2: goes on after a kill: in the middle of a line, and between line and head', async () => {
    await write(1, 2);
    const head = readFileSync(join(home, 'deployments.head'), 'utf8');
    await write(3);
    writeFileSync(join(home, 'deployments.head'), head);
    appendFileSync(file(), '{"n":4,"prev');
    expect(verificationOf(await readLog(home))).toMatchObject({ holds: true, links: 3, torn: true });
    await write(4);
    expect(verificationOf(await readLog(home))).toMatchObject({ holds: true, links: 4, torn: false });
  });

  it('LOG-2: shows records from before the chain, and says that nothing can be said of them', async () => {
    writeFileSync(file(), `${JSON.stringify(record(1))}\n`);
    await write(2);
    const content = await readLog(home);
    expect(answerOf(content, 9).records.map(({ id }) => id)).toEqual([record(1).id, record(2).id]);
    expect(verificationText(verificationOf(content))).toContain('1 from before the chain');
  });

  it('is shown as a table, and one run with everything that the specification lists', async () => {
    await write(1, 2);
    const answer = answerOf(await readLog(home), 1);
    expect(answer.records).toEqual([record(2)]);
    for (const word of ['ada@host', 'v1.2.0 → v1.3.0', 'blue → green', 'done', '12 ms']) expect(logText(answer)).toContain(word);
    const text = recordText(runOf(answer, '00000002'));
    for (const word of ['everything is there', 'one issue', 'sha256:0']) expect(text).toContain(word);
    expect(() => runOf(answer, 'ffff')).toThrow('No run in the deployment log begins with ffff.');
    expect(logText({ type: 'log', records: [], unreadable: 0 })).toBe('The deployment log is empty.');
  });
});
