import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Notification } from './notification.ts';
import { noDeadline, notification, record, RUN } from './spec-support/told.ts';
import { stepHook } from './step-hook.ts';

// Real processes are started, which takes long where the machine is busy.
jest.setTimeout(30_000);

let folder: string;
let notes: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'step-hook-'));
  notes = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A real program of these lines; its first argument is the folder. */
function program(...lines: readonly string[]): [string, string] {
  const file = join(folder, 'hook');
  writeFileSync(file, ['#!/bin/sh', ...lines].join('\n'), { mode: 0o755 });
  return [file, folder];
}
const written = (name: string): string => readFileSync(join(folder, name), 'utf8');
const step = (name: 'prepare' | 'smoke' | 'switch', state: 'started' | 'done' | 'failed'): Notification =>
  notification({ event: 'deployment.step', step: name, state });

const hook = (
  command: [string, ...string[]],
  { timeoutMs = 30_000, say = () => undefined }: { timeoutMs?: number; say?: (text: string) => void } = {},
) =>
  stepHook(
    { command, timeoutMs },
    {
      note: (text) => {
        notes.push(text);
        say(text);
      },
      graceMs: 50,
      env: { PATH: process.env.PATH, DEVPLATFORM_STEP: 'inherited' },
    },
  );

async function run(command: [string, ...string[]], told: readonly Notification[], timeoutMs?: number): Promise<void> {
  const listener = hook(command, timeoutMs === undefined ? {} : { timeoutMs });
  for (const each of told) listener.notify(each);
  await listener.settle(noDeadline());
}

/** A pipe by name that a program and everything it starts hold open; `ended` resolves when the last of them has. */
function lifeline(): { readonly fifo: string; readonly ended: Promise<unknown> } {
  const fifo = join(folder, 'alive');
  execFileSync('mkfifo', [fifo]);
  return { fifo, ended: once(createReadStream(fifo).resume(), 'close') };
}

describe('NTF-5: a hook is told each step and the end', () => {
  it('with the notification on its standard input and its parts in variables', async () => {
    const command = program('env | grep ^DEVPLATFORM_ | sort > "$1/$DEVPLATFORM_EVENT.env"', 'cat > "$1/$DEVPLATFORM_EVENT.json"');
    const ended = notification({ event: 'deployment.succeeded', run: RUN, record: record('done') });
    await run(command, [step('switch', 'done'), notification({ event: 'deployment.switched' }), ended]);
    expect(notes).toEqual([]);
    expect(written('deployment.step.env').trim().split('\n')).toEqual([
      ...['DEVPLATFORM_DEPLOYER=eve@host', 'DEVPLATFORM_EVENT=deployment.step', 'DEVPLATFORM_KIND=deploy', 'DEVPLATFORM_RELEASE=v1.3.0'],
      ...['DEVPLATFORM_SLOT=green', 'DEVPLATFORM_STATE=done', 'DEVPLATFORM_STEP=switch', 'DEVPLATFORM_TARGET=local'],
    ]);
    expect(written('deployment.succeeded.env')).toContain(`DEVPLATFORM_RUN=${RUN}`);
    expect(written('deployment.succeeded.env')).not.toContain('DEVPLATFORM_STEP');
    expect(JSON.parse(written('deployment.succeeded.json'))).toEqual(ended);
    expect(existsSync(join(folder, 'deployment.switched.json'))).toBe(false);
  });

  it('in order, one at a time', async () => {
    const command = program('echo "begin $DEVPLATFORM_STATE" >> "$1/calls"', 'sleep 0.05', 'echo end >> "$1/calls"');
    await run(command, [step('smoke', 'started'), step('smoke', 'failed'), step('smoke', 'done')]);
    expect(written('calls').trim().split('\n')).toEqual(['begin started', 'end', 'begin failed', 'end', 'begin done', 'end']);
  });

  it('its arguments reach it as they are, because no shell reads them', async () => {
    const [file] = program('printf "%s" "$1" > "$(dirname "$0")/argument"');
    await run([file, '$(id); "; exit 9 #'], [step('smoke', 'done')]);
    expect(notes).toEqual([]);
    expect(written('argument')).toBe('$(id); "; exit 9 #');
  });
});

describe('NTF-6: no hook fails a run or holds it up for longer than its time', () => {
  it('one that fails becomes a note, and the next step is told', async () => {
    await run(program('echo called >> "$1/calls"', 'exit 3'), [step('smoke', 'started'), step('smoke', 'done')]);
    expect(written('calls')).toBe('called\ncalled\n');
    expect(notes).toEqual(['started', 'done'].map((state) => `hook hook did not take deployment.step smoke ${state}: it ended with 3`));
  });

  it('one that is not there is said once', async () => {
    await run([join(folder, 'nothing')], [step('smoke', 'started'), step('smoke', 'done')]);
    const why = 'it could not be started: ENOENT, and is not tried again';
    expect(notes).toEqual([`hook nothing did not take deployment.step smoke started: ${why}`]);
  });

  it('one that does not read what it is told has not failed', async () => {
    const much = notification({ event: 'deployment.failed', reason: 'x'.repeat(1_000_000) });
    await run(program('exec 0<&-', 'exit 0'), [much]);
    expect(notes).toEqual([]);
  });

  it('one that hangs is ended with the processes that it started, although they ignore SIGTERM', async () => {
    const { fifo, ended } = lifeline();
    const hangs = program(`exec 3> ${fifo}`, "trap '' TERM", 'sh -c "while :; do sleep 1; done" &', 'while :; do sleep 1; done');
    await run(hangs, [step('smoke', 'started')], 1_000);
    await ended;
    expect(notes).toEqual([expect.stringContaining('it took longer than 1 s and was ended')]);
  });

  it('one that hangs is ended at the deadline of the command, and what waits behind it is named', async () => {
    const { fifo, ended } = lifeline();
    const deadline = new AbortController();
    const listener = hook(program(`exec 3> ${fifo}`, 'echo up', 'sleep 1000'), {
      say: (text) => {
        if (text === 'hook hook: up') deadline.abort();
      },
    });
    for (const told of [step('smoke', 'started'), step('smoke', 'done'), notification({ event: 'deployment.succeeded' })])
      listener.notify(told);
    await listener.settle(deadline.signal);
    await ended;
    const late = 'deployment.step smoke started, deployment.step smoke done, deployment.succeeded';
    expect(notes).toEqual(['hook hook: up', `hook hook was not told, because the time for it was over: ${late}`]);
  });

  it('what it leaves running when it ends is ended, and nobody waits for its output', async () => {
    const { fifo, ended } = lifeline();
    await run(program(`exec 3> ${fifo}`, 'sleep 1000 &', 'echo done'), [step('smoke', 'done')]);
    await ended;
    expect(notes).toEqual(['hook hook: done']);
  });

  it('one that is running when this process ends is ended with it', async () => {
    const { fifo, ended } = lifeline();
    const [file] = program(`exec 3> ${fifo}`, 'echo up', 'sleep 1000');
    const told = JSON.stringify(step('smoke', 'started'));
    const main = `
      const { stepHook } = await import(${JSON.stringify(join(import.meta.dirname, 'step-hook.ts'))});
      stepHook({ command: [${JSON.stringify(file)}] }, { note: () => process.exit(7) }).notify(${told});`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', main], { stdio: 'ignore' });
    expect(await once(child, 'exit')).toEqual([7, null]);
    await ended;
  });
});

describe('NTF-7: what a hook prints is shown within bounds and harms no terminal', () => {
  it.each([
    ['lines without end', 'seq 1 200000'],
    ['a line without end', 'head -c 20000000 /dev/zero | tr "\\0" x; echo; seq 1 1000'],
    ['both streams', 'seq 1 1000 & seq 1 1000 >&2; wait'],
  ])('%s: read to the end, shown to 20 lines of 300 characters', async (_, flood) => {
    await run(program(flood, 'touch "$1/ended"'), [step('smoke', 'done')]);
    expect(existsSync(join(folder, 'ended'))).toBe(true);
    expect(notes).toHaveLength(21);
    expect(Math.max(...notes.map((note) => note.length))).toBeLessThanOrEqual('hook hook: …'.length + 300);
    expect(notes.at(-1)).toMatch(/^hook hook: … and \d+ [kM]B more$/);
  });

  it('without what would move the cursor, and with characters that came in two pieces', async () => {
    await run(program("printf '\\033[2J\\033]0;title\\007one\\rtwo caf\\303'", 'sleep 0.05', "printf '\\251s'"), [step('smoke', 'done')]);
    expect(notes).toEqual(['hook hook: one two cafés']);
  });
});
