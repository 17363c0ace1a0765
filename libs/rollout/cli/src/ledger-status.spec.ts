import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Ledger, LedgerRow } from '@devplatform/contracts';
import type { Environment } from '@devplatform/rollout-engine';
import { ledgerStatusOf, ledgerText } from './ledger-status.ts';

const row = (item: string, changes: Partial<LedgerRow>): LedgerRow => ({
  ...{
    kind: 'socket',
    item,
    session: item,
    late: false,
    detail: '',
    outcome: 'moved',
    toSlot: 'green',
    gapMs: 0,
    retries: 0,
    closedAt: null,
  },
  ...changes,
});
const ledger: Ledger = {
  ...{ handoverId: crypto.randomUUID(), from: 'blue', to: 'green', at: '2026-01-01T00:00:00.000Z' },
  counted: { socket: 4, request: 0, upload: 0, job: 1, page: 1 },
  rows: [
    ...[row('a', {}), row('b', { gapMs: 70 }), row('c', { outcome: 'forced', detail: 'scene 1' }), row('d', { outcome: null })],
    ...[row('e', { late: true }), row('f', { kind: 'page', outcome: 'quiet' }), row('g', { kind: 'job', outcome: 'carried' })],
  ],
};

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterAll(() => {
  rmSync(home, { recursive: true });
});

describe('status --ledger', () => {
  it('LED-2: adds up by kind and outcome, and names what did not simply cross, the worst first', () => {
    const text = ledgerText({ type: 'ledger', ledger, open: false });
    expect(text).toMatch(/counted .* rows .* moved .* carried .* quiet .* forced .* lost/);
    expect(text).toMatch(/sockets .* 4 .* 5 .* 3 .* 1 .* 1/);
    expect(text).toContain('Longest gap 70 ms. 1 came after the count.');
    expect(text.split('\n').slice(-3)).toEqual(['lost     socket d', 'forced   socket c (scene 1)', 'quiet    page f']);
  });

  it('calls open what the run may still close, and asks nobody where nothing runs', async () => {
    const target = (exists: boolean) => ({
      describe: () => Promise.resolve({ exists } as Environment),
      ledger: () => (exists ? Promise.resolve(ledger) : Promise.reject(new Error('nobody answers'))),
    });
    const status = await ledgerStatusOf(target(true), home);
    expect(status).toEqual({ type: 'ledger', ledger, open: true });
    expect(ledgerText(status)).toContain('open     socket d');
    expect(ledgerText(await ledgerStatusOf(target(false), home))).toContain('There is no ledger');
  });
});
