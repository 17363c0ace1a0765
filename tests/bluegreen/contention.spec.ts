import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { otherSlot } from '@devplatform/contracts';
import { startTimeOf, until } from '@devplatform/embedded';
import { LocalEnvironment, withDatabase, type CommandEvent, type CommandResult } from '@devplatform/harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf } from './killing/kill-case.ts';
import { RELEASES } from './releases.ts';

const MAIN = join(import.meta.dirname, '../../libs/rollout/cli/src/main.ts');
const AT_ONCE = 8;

interface Rehearsal {
  readonly type: 'rehearsal';
  readonly there: { readonly to: string; readonly effectiveMs: number };
  readonly back: { readonly to: string; readonly effectiveMs: number };
  readonly requests: { readonly sent: number; readonly failed: number };
}
interface Log {
  readonly records: readonly { readonly kind: string; readonly outcome: string }[];
}
interface Means {
  readonly onEvent?: (event: CommandEvent) => void;
  readonly ctrlC?: AbortSignal;
}
interface Detached {
  readonly pid: number;
  readonly output: string;
}

describe('a command line among others', () => {
  let environment: LocalEnvironment;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
  }, 60_000);
  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  const inHome = (name: string): string => join(environment.home, name);
  const journals = (): readonly string[] => readdirSync(inHome('deployments'));
  const records = (): number => readFileSync(inHome('deployments.jsonl'), 'utf8').trimEnd().split('\n').length;
  /** What any run would have changed. */
  const trace = async (): Promise<unknown> => [await environment.describe(), journals(), records()];
  /** Deployments get as far as the look at the pending migrations, and no further until `work` has ended. */
  const held = async <T>(work: () => Promise<T>): Promise<T> => {
    const { databaseUrl } = await environment.parts();
    return withDatabase(databaseUrl, async (database) => {
      await database.query('BEGIN');
      await database.query('LOCK TABLE migrations IN ACCESS EXCLUSIVE MODE');
      return work();
    });
  };
  const notes = (events: readonly CommandEvent[]): readonly string[] =>
    events.flatMap((event) => (event.type === 'note' ? event.text : []));
  const answer = ({ events }: CommandResult, type: string): unknown => events.find((event) => (event.type as string) === type);
  const logged = async (): Promise<Log['records']> => (answer(await environment.command(['log', 'backend']), 'log') as Log).records;

  const deploy = ({ onEvent, ctrlC }: Means = {}, ...options: readonly string[]): Promise<CommandResult> =>
    environment.command(['deploy', 'backend', ...options], {}, onEvent, ...(ctrlC === undefined ? [] : [ctrlC]));
  const onNote =
    (then: () => void) =>
    ({ type }: CommandEvent): void => {
      if (type === 'note') then();
    };

  it('CLI-3: rehearses no rollback where there is no way back, and changes nothing', async () => {
    const before = await trace();
    const refused = await environment.command(['rollback', 'backend', '--rehearse']);
    expect([refused.exitCode, codeOf(refused)]).toEqual([1, 'no-way-back']);
    expect(await trace()).toEqual(before);
  }, 30_000);

  it.each([[[]], [['--detach']]])(
    'CLI-4: names every fault of the configuration with its line, and does nothing (%j)',
    async (options) => {
      const before = await trace();
      const config = inHome('bluegreen.config.mjs');
      writeFileSync(
        config,
        ['export default {', "  bake: { for: 'tomorrow' },", '  targets: {', '    local: { watch: {} },', '  },', '};'].join('\n'),
      );
      const refused = await environment.command(['deploy', 'backend', '--config', config, ...options]);
      expect([refused.exitCode, codeOf(refused)]).toEqual([2, 'configuration']);
      for (const words of ['2 faults', 'bluegreen.config.mjs:2  bake.for', 'bluegreen.config.mjs:4  targets.local'])
        expect(refused.output).toContain(words);
      expect(await trace()).toEqual(before);
    },
    30_000,
  );

  it(`BG-32, CLI-1: of ${AT_ONCE} at once one deploys and the others are told who, since when and at which step; who waits is next; who is interrupted is gone`, async () => {
    const before = await environment.describe();
    const { runs, waiter } = await held(async () => {
      const refused: CommandResult[] = [];
      const runs = Array.from({ length: AT_ONCE }, () => deploy());
      for (const run of runs) void run.then((result) => refused.push(result));
      await until(() => refused.length === AT_ONCE - 1, { what: 'the others to be refused', deadlineMs: 60_000 });
      for (const { exitCode, output } of refused) {
        expect(exitCode).toBe(3);
        expect(output).toMatch(
          /^\S+@\S+ has been deploying since \d{4}-\d\d-\d\dT\S+Z \([\w-]+\) and is at step "(begin|prepare|preflight)"\.$/m,
        );
      }

      const waits = Promise.withResolvers<undefined>();
      const waiter = deploy(
        {
          onEvent: onNote(() => {
            waits.resolve(undefined);
          }),
        },
        '--wait',
        '60s',
      );
      await waits.promise;

      const operator = new AbortController();
      const onEvent = onNote(() => {
        operator.abort();
      });
      const gone = await deploy({ onEvent, ctrlC: operator.signal }, '--wait', '60s');
      expect([3, 130]).toContain(gone.exitCode);
      expect(gone.events.filter(({ type }) => type === 'step-started')).toEqual([]);
      expect([await environment.describe(), journals().length]).toEqual([before, 2]);
      return { runs, waiter };
    });
    expect((await Promise.all(runs)).map(({ exitCode }) => exitCode).sort()).toEqual([0, ...Array.from({ length: AT_ONCE - 1 }, () => 3)]);
    const second = await waiter;
    expect(second.exitCode).toBe(0);
    const steps = notes(second.events).flatMap(
      (note) => /^waiting: \S+@\S+ has been deploying since .* at step "(.+)"/.exec(note)?.[1] ?? [],
    );
    console.log(`it waited through ${steps.join(', ')}`);
    expect(steps.length).toBeGreaterThan(1);
    expect(new Set(steps).size).toBe(steps.length);
    expect([records(), (await environment.describe()).active]).toEqual([3, before.active]);
  }, 120_000);

  it('CLI-2: goes on in the background when its terminal is gone, also where the folder of the lock was lost', async () => {
    const { active } = await environment.describe();
    rmSync(inHome('lock'), { recursive: true });
    const detached = await held(async () => {
      const command = [
        process.execPath,
        MAIN,
        'deploy',
        'backend',
        '--detach',
        '--json',
        '--home',
        environment.home,
        '--releases',
        RELEASES,
      ];
      // A terminal: the command and what else runs in it, one process group.
      const terminal = spawn('sh', ['-c', '"$@"; exec sleep 600', 'sh', ...command], {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(terminal.stdout, 'data')) as [Buffer];
      const answer = JSON.parse(line.toString()) as Detached;
      const closed = once(terminal, 'close');
      process.kill(-(terminal.pid ?? 0), 'SIGHUP');
      process.kill(-(terminal.pid ?? 0), 'SIGKILL');
      await closed;
      return answer;
    });
    const said = (): readonly CommandEvent[] =>
      readFileSync(detached.output, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as CommandEvent);
    await until(() => said().some(({ type }) => type === 'closed') && startTimeOf(detached.pid) === null, {
      what: 'the detached deployment to end',
      deadlineMs: 60_000,
    });
    expect(said().map(({ type }) => type)).toEqual(expect.arrayContaining(['planned', 'step-started', 'gate', 'step-done', 'closed']));
    const status = await environment.command(['status', 'backend']);
    expect(status.events[0]).toMatchObject({ lastRun: { outcome: 'done' }, environment: { active: active === 'blue' ? 'green' : 'blue' } });
    expect(await logged()).toHaveLength(4);
  }, 90_000);

  it('CLI-3: rehearses a rollback there and back, with a record each, and no request fails', async () => {
    const { active } = await environment.describe();
    if (active === null) throw new Error('no slot serves');
    const result = await environment.command(['rollback', 'backend', '--rehearse']);
    const rehearsal = answer(result, 'rehearsal') as Rehearsal | undefined;
    console.log(JSON.stringify(rehearsal));
    expect(result.exitCode).toBe(0);
    expect(rehearsal).toMatchObject({ there: { to: otherSlot(active) }, back: { to: active }, requests: { failed: 0 } });
    expect(rehearsal?.requests.sent).toBeGreaterThan(0);
    expect((await logged()).slice(4).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(['rollback done', 'rollback done']);
    expect((await environment.describe()).active).toBe(active);
    expect((await environment.command(['log', 'backend', '--verify'])).exitCode).toBe(0);
  }, 60_000);
});
