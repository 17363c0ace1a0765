import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { LiveWatch, type Screen } from './live-watch.ts';
import type { Moment } from './moment.ts';
import { HandClock } from './spec-support/hand-clock.ts';
import { Terminal } from './spec-support/terminal.ts';

// Real processes are started, which takes long where the machine is busy.
jest.setTimeout(30_000);

type Verdicts = Readonly<Record<string, Moment['measures'][number]['verdict']>>;

const moment = (elapsedMs: number, verdicts: Verdicts, step = 'monitor'): Moment => ({
  ...{ step, elapsedMs, remainingMs: 900_000 - elapsedMs },
  measures: Object.entries(verdicts).map(([name, verdict]) => ({ name, verdict, figure: `${verdict} figure`, proven: false })),
});

function bench() {
  const terminal = new Terminal();
  const clock = new HandClock();
  return { terminal, clock, live: new LiveWatch(terminal, clock) };
}

describe('NTF-10: on a terminal the watch is one table, drawn in place', () => {
  it('a new sample replaces the last one, and what stood above stays', () => {
    const { terminal, live } = bench();
    live.above('✓ switch');
    live.show(moment(0, { P95: 'ok', memory: 'unknown' }));
    live.show(moment(5_000, { P95: 'soft', memory: 'ok' }));
    expect(terminal.lines).toEqual([
      '✓ switch',
      '… monitor 5 s, 14 min 55 s left',
      '┌─────────┬─────────┬─────────────┐',
      '│ measure │ verdict │ figure      │',
      '├─────────┼─────────┼─────────────┤',
      '│ P95     │ soft    │ soft figure │',
      '│ memory  │ ok      │ ok figure   │',
      '└─────────┴─────────┴─────────────┘',
    ]);
    live.end();
  });

  it('fewer measures leave nothing of more', () => {
    const { terminal, live } = bench();
    live.show(moment(0, { P95: 'ok', memory: 'ok', processor: 'ok' }));
    live.show(moment(1_000, {}));
    expect(terminal.lines).toEqual(['… monitor 1 s, 14 min 59 s left']);
    live.end();
  });

  it('time goes on between two samples, and it is said when the last one was', async () => {
    const { terminal, clock, live } = bench();
    live.show(moment(0, { P95: 'ok' }));
    await clock.pass(1_000);
    expect(terminal.lines[0]).toBe('… monitor 1 s, 14 min 59 s left');
    await clock.pass(6_500);
    expect(terminal.lines[0]).toBe('… monitor 7 s, 14 min 53 s left, last looked 7 s ago');
    expect(terminal.lines).toHaveLength(6);
    live.end();
  });

  it('lines that are said meanwhile stand above it', () => {
    const { terminal, live } = bench();
    live.show(moment(0, {}));
    live.above('    a note');
    live.above('    another');
    live.show(moment(2_000, {}));
    expect(terminal.lines).toEqual(['    a note', '    another', '… monitor 2 s, 14 min 58 s left']);
    live.end();
  });

  it('a narrow terminal wraps the figures inside the table', () => {
    const { terminal, live } = bench();
    terminal.columns = 50;
    const measure = { name: 'P95', verdict: 'hard', figure: '5.2 s of 1204 requests (limit 5 s, before 0.8 s)', proven: false } as const;
    live.show({ ...moment(0, {}), measures: [measure] });
    expect(Math.max(...terminal.lines.map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(terminal.lines.join(' ').replaceAll(/[│\s]+/g, ' ')).toMatch(/5\.2 s of 1204 requests .*before 0\.8 s\)/);
    live.end();
  });

  it('a terminal that says 0 of its size is taken for an ordinary one', () => {
    const { terminal, live } = bench();
    Object.assign(terminal, { columns: 0, rows: 0 });
    live.show(moment(0, { P95: 'ok' }));
    live.above('a note');
    expect(terminal.lines.slice(0, 3)).toEqual(['a note', '… monitor 0 s, 15 min 0 s left', '┌─────────┬─────────┬───────────┐']);
    live.end();
  });

  it('what a measure quotes from a log does not reach the terminal as commands', () => {
    const { terminal, live } = bench();
    const measure = { name: 'errors', verdict: 'soft', figure: '\u001B[2J\u001B]0;title\u0007new\nerror', proven: false } as const;
    live.show({ ...moment(0, {}), measures: [measure] });
    for (const command of ['\u001B[2J', '\u0007']) expect(terminal.raw).not.toContain(command);
    expect(terminal.lines[4]).toContain('new error');
    live.end();
  });
});

describe('NTF-11: the terminal is usable and shows the last table whenever the watch ends', () => {
  it('the last table stays, what is written next stands below it, and nothing goes on', async () => {
    const { terminal, clock, live } = bench();
    live.show(moment(0, {}));
    live.show(moment(3_000, {}));
    live.end();
    live.end();
    await clock.pass(60_000);
    live.above('✓ monitor');
    expect(terminal.lines).toEqual(['… monitor 3 s, 14 min 57 s left', '✓ monitor']);
    expect(clock.sleepers).toBe(0);
  });

  it('a second watch begins below the first', () => {
    const { terminal, live } = bench();
    live.show(moment(0, {}));
    live.end();
    live.show(moment(0, {}, 'bake'));
    live.show(moment(1_000, {}, 'bake'));
    expect(terminal.lines).toEqual(['… monitor 0 s, 15 min 0 s left', '… bake 1 s, 14 min 59 s left']);
    live.end();
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('also where the process is ended by %s in the middle of it', async (signal) => {
    const main = `
      const { LiveWatch } = await import(${JSON.stringify(join(import.meta.dirname, 'live-watch.ts'))});
      const { systemClock } = await import('@devplatform/rollout-engine');
      process.stderr.isTTY = true;
      const screen = { isTTY: true, columns: 80, rows: 50, write: (text) => process.stdout.write(text) };
      const live = new LiveWatch(screen, systemClock);
      live.show(${JSON.stringify(moment(0, { P95: 'ok' }))});
      live.show(${JSON.stringify(moment(7_000, { P95: 'soft' }))});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', main], {
      cwd: import.meta.dirname,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const terminal = new Terminal();
    child.stderr.setEncoding('utf8').on('data', terminal.write);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      terminal.write(text);
      if (terminal.lines[0]?.includes('monitor 7 s') === true) child.kill(signal);
    });
    expect(await once(child, 'close')).toEqual([null, signal]);
    expect(terminal.lines).toHaveLength(6);
    expect(terminal.lines[4]).toContain('soft');
    expect(terminal.cursor).toEqual([6, 0]);
    expect(terminal.raw).not.toContain('\u001B[?25l');
    expect(terminal.raw.split('\u001B[?2026h')).toHaveLength(terminal.raw.split('\u001B[?2026l').length);
  });
});

describe('NTF-12: elsewhere the watch is lines', () => {
  function lines() {
    const written: string[] = [];
    const screen: Screen = { write: (text: unknown) => written.push(String(text)) > 0 };
    const clock = new HandClock();
    return { written, clock, live: new LiveWatch(screen, clock) };
  }

  it('at the first sample and when a verdict changes, either way, and not at others', async () => {
    const { written, clock, live } = lines();
    for (const [index, P95] of (['ok', 'ok', 'soft', 'soft', 'ok'] as const).entries()) {
      live.show(moment(index * 1_000, { P95, memory: 'unknown' }));
      await clock.pass(1_000);
    }
    live.end();
    expect(written).toEqual([
      '… monitor 0 s, 15 min 0 s left: 1 ok, cannot tell yet: memory\n',
      '… monitor 2 s, 14 min 58 s left: P95 ok → soft (soft figure)\n',
      '… monitor 4 s, 14 min 56 s left: P95 soft → ok (ok figure)\n',
    ]);
  });

  it('and every ten seconds, whether samples come or not', async () => {
    const { written, clock, live } = lines();
    live.show(moment(0, { P95: 'ok' }));
    await clock.pass(10_000);
    live.show(moment(10_000, { P95: 'ok' }));
    await clock.pass(25_000);
    live.end();
    await clock.pass(60_000);
    expect(written.map((line) => line.split(',')[0])).toEqual(['… monitor 0 s', '… monitor 10 s', '… monitor 20 s', '… monitor 30 s']);
  });

  it('a wait in which nothing is measured says its times, and no colour or cursor move is written', async () => {
    const { written, clock, live } = lines();
    live.show(moment(0, {}, 'waiting for the lock'));
    live.above('a note');
    await clock.pass(10_000);
    live.end();
    expect(written).toEqual([
      '… waiting for the lock 0 s, 15 min 0 s left\n',
      'a note\n',
      '… waiting for the lock 10 s, 14 min 50 s left\n',
    ]);
  });
});
