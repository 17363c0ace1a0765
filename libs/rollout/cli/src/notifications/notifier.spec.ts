import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it, jest } from '@jest/globals';
import { notifier } from './notifier.ts';
import type { Listener } from './outbox.ts';
import { receiver, type Receiver, silence, status } from './spec-support/receiver.ts';
import { about, planned, record } from './spec-support/told.ts';

// Each test starts a process, which takes long where the machine is busy.
jest.setTimeout(30_000);

const here = (name: string): string => JSON.stringify(join(import.meta.dirname, name));

/** A process of its own that tells a run to the receiver as a command does; notes are its standard output. */
function command({ url }: Receiver, body: string, flushMs = 10_000) {
  const main = `
    const { notifier } = await import(${here('notifier.ts')});
    const { webhook } = await import(${here('webhook.ts')});
    const { onInterruption } = await import(${here('../interruption.ts')});
    const note = (text) => console.log(text);
    const listeners = [webhook({ url: ${JSON.stringify(url)} }, { note, pace: { attempts: 3, attemptMs: 5_000, backoffMs: 1 } })];
    const { onEvent, flush } = notifier({ about: ${JSON.stringify(about)}, listeners, note, flushMs: ${flushMs} });
    const tell = () => {
      onEvent(${JSON.stringify(planned)});
      onEvent(${JSON.stringify({ type: 'closed', record: record('undone') })});
    };
    ${body}`;
  return spawn(process.execPath, ['--input-type=module', '-e', main], { stdio: ['ignore', 'pipe', 'ignore'] });
}
const events = ({ received }: Receiver): string[] => received.map(({ told }) => told.event);
const BOTH = ['deployment.started', 'deployment.failed'];

describe('NTF-8: the end of a command loses no notification', () => {
  it('after success', async () => {
    await using server = await receiver(status(500), status(200));
    const child = command(server, 'tell(); await flush(); process.exit(0);');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(events(server)).toEqual(['deployment.started', ...BOTH]);
  });

  it('after an error', async () => {
    await using server = await receiver(status(200));
    const child = command(server, 'try { tell(); throw new Error("failed") } catch { process.exitCode = 1 } finally { await flush() }');
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(events(server)).toEqual(BOTH);
  });

  it('after Ctrl-C', async () => {
    await using server = await receiver(status(200));
    const child = command(
      server,
      `const signal = onInterruption(note);
       const held = setTimeout(() => undefined, 60_000);
       const interrupted = new Promise((resolve) => signal.addEventListener('abort', resolve));
       note('up');
       await interrupted;
       clearTimeout(held);
       tell();
       await flush();
       process.exit(130);`,
    );
    createInterface(child.stdout).once('line', () => child.kill('SIGINT'));
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(events(server)).toEqual(BOTH);
  });

  it('without the flush they are lost (control)', async () => {
    await using server = await receiver(status(200));
    expect(await once(command(server, 'tell(); process.exit(0);'), 'exit')).toEqual([0, null]);
    expect(events(server)).toEqual([]);
  });

  it('a receiver that never answers keeps the process for the given time and no longer, and a note says what is lost', async () => {
    await using server = await receiver(silence);
    const child = command(server, 'tell(); await flush();', 300);
    const [said, ended] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect(ended).toEqual([0, null]);
    expect(said).toBe(`webhook ${server.url} was not told, because the time for it was over: deployment.started, deployment.failed\n`);
  });
});

describe('NTF-9: a listener harms neither the run nor the others', () => {
  const deaf: Listener = {
    notify: () => {
      throw new Error('deaf');
    },
    settle: () => new Promise(() => undefined),
  };

  it('one that throws and never settles', async () => {
    const notes: string[] = [];
    const heard: string[] = [];
    const good: Listener = { notify: ({ event }) => void heard.push(event), settle: () => Promise.reject(new Error('odd')) };
    const { onEvent, flush } = notifier({ about, listeners: [deaf, good], note: (line) => void notes.push(line), flushMs: 10 });
    onEvent(planned);
    await flush();
    expect(heard).toEqual(['deployment.started']);
    expect(notes).toEqual(['a notification was lost: deaf', 'a notification was lost: odd']);
  });

  it('a run without notifications ends at once', async () => {
    const settled = notifier({ about, listeners: [], note: () => undefined, flushMs: 2 ** 31 - 1 }).flush();
    await expect(settled).resolves.toBeUndefined();
  });
});
