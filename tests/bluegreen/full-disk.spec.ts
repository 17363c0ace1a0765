import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { otherSlot, type Slot } from '@devplatform/contracts';
import { Editing, LocalEnvironment, longestGap, type CommandEvent } from '@devplatform/harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RELEASES } from './releases.ts';
import { PAGE_BYTES, TinyDisk, type Told } from './tiny-disk.ts';

const impossible = TinyDisk.impossible();
if (impossible !== null) console.warn(`ENG-6 is not shown here: ${impossible}`);
const wherePossible = impossible === null ? describe : describe.skip;

wherePossible('a disk that fills up while the journal is written', () => {
  let environment: LocalEnvironment;
  let editing: Editing;
  /** Bytes of the journal of a deployment that got through, up to the end of its step pause-work. */
  let upToPauseWork = 0;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
    editing = await Editing.begin(environment, { scenes: 1, editorsPerScene: 4, editsPerSecond: 20 });
  }, 60_000);
  afterAll(async () => {
    await editing[Symbol.asyncDispose]();
    await environment[Symbol.asyncDispose]();
  }, 60_000);

  const inHome = (name: string): string => join(environment.home, name);
  const active = async (): Promise<Slot> => (await environment.describe()).active ?? Promise.reject(new Error('no slot serves'));
  const run = (disk: TinyDisk, args: readonly string[], onEvent?: (event: CommandEvent) => void): Promise<Told> =>
    disk.command([...args, '--home', environment.home, '--releases', RELEASES], onEvent);
  /** What is acknowledged is in the journal, letter by letter, so that the length of the sentence says where its pages end. */
  const deploy = (disk: TinyDisk, sentence: string, onEvent?: (event: CommandEvent) => void): Promise<Told> => {
    const config = inHome('bluegreen.config.mjs');
    writeFileSync(config, `export default ${JSON.stringify(configuration(sentence))};`);
    return run(disk, ['deploy', 'backend', '--release', 'v1.3.0', '--config', config, '--acknowledge', 'sentence'], onEvent);
  };
  const began = ({ events }: Told): readonly string[] => events.flatMap((event) => (event.type === 'step-started' ? event.step : []));
  const verifies = async (disk: TinyDisk): Promise<void> => {
    expect(await run(disk, ['log', 'backend', '--verify'])).toMatchObject({ exitCode: 0, last: { holds: true } });
  };
  /** Users are where they were, and nothing else runs. */
  const wasTakenBack = async (told: Told, before: Slot): Promise<void> => {
    console.log(`full: ${began(told).join(', ')}`);
    expect(told).toMatchObject({ exitCode: 1, last: { message: expect.stringContaining('ENOSPC'), untouched: expect.any(String) } });
    expect(told.last.untouched).toContain(`${before} (v1`);
    expect(await environment.describe()).toMatchObject({ active: before, slots: { [otherSlot(before)]: { running: false } } });
  };

  it('ENG-6: from the first line on begins nothing, says so, and goes on where there is room again', async () => {
    const before = await environment.describe();
    await using disk = await TinyDisk.mount(inHome('deployments'));
    disk.fill();
    const told = await deploy(disk, 'x');
    expect(told).toMatchObject({ exitCode: 1, last: { message: expect.stringContaining('ENOSPC'), untouched: 'Nothing was changed.' } });
    expect(began(told)).toEqual([]);
    expect(await environment.describe()).toEqual(before);
    disk.free();
    expect((await deploy(disk, 'x')).exitCode).toBe(0);
    await verifies(disk);
    const journals = readdirSync(disk.path).map((file) => readFileSync(join(disk.path, file), 'utf8'));
    upToPauseWork = lengthUpTo(journals.find((journal) => journal.includes('"pause-work"')) ?? '', 'pause-work');
  }, 60_000);

  it('ENG-6: takes back what was begun, before the switch and after it; the next deployment begins at once', async () => {
    const before = await active();
    await using disk = await TinyDisk.mount(inHome('deployments'), [inHome('lock')]);
    const early = await deploy(disk, 'x', (event) => {
      if (event.type === 'step-started' && event.step === 'deploy') disk.fill();
    });
    expect(began(early)).not.toContain('switch');
    await wasTakenBack(early, before);

    disk.free();
    const late = await deploy(disk, 'x'.repeat(1 + PAGE_BYTES - (upToPauseWork % PAGE_BYTES)), (event) => {
      if (event.type === 'step-started' && event.step === 'smoke') disk.fill();
    });
    expect(began(late)).toEqual(expect.arrayContaining(['switch', 'start-work', 'undrain', 'stop']));
    await wasTakenBack(late, before);

    disk.free();
    expect((await deploy(disk, 'x')).exitCode).toBe(0);
    expect(await active()).toBe(otherSlot(before));
    await verifies(disk);
  }, 90_000);

  it('ENG-6: where the log has no room either, it is said who ends the run, and that writes its record', async () => {
    const before = await active();
    await using disk = await TinyDisk.mount(inHome('deployments'), [inHome('lock'), inHome('deployments.jsonl')]);
    // What is acknowledged is in the record, too, which must not find room in the last page of the log.
    const told = await deploy(disk, 'x'.repeat(PAGE_BYTES), (event) => {
      if (event.type === 'step-started' && event.step === 'deploy') disk.fill();
    });
    await wasTakenBack(told, before);
    disk.free();
    expect(await deploy(disk, 'x')).toMatchObject({
      exitCode: 1,
      last: { code: 'unfinished', next: expect.stringContaining('nx abort backend') },
    });
    const { exitCode, last } = await run(disk, ['abort', 'backend']);
    expect([exitCode, last.record?.outcome]).toEqual([0, 'undone']);
    await verifies(disk);
  }, 60_000);

  it('ENG-6: nobody who worked meanwhile lost anything, or was offline', async () => {
    const { editors, broken } = await editing.finish();
    expect([broken, longestGap(editors)]).toEqual([[], 0]);
  }, 60_000);
});

const configuration = (sentence: string): object => ({
  targets: {
    local: {
      readiness: { minReady: '500ms', timing: { initialDelay: 0, interval: '250ms' } },
      monitor: { for: 0 },
      bake: { for: 0 },
      preflight: { acknowledge: { sentence }, rehearseMigrations: false },
    },
  },
});

function lengthUpTo(journal: string, step: string): number {
  const lines = journal.split('\n');
  const at = lines.findLastIndex((line) => line !== '' && (JSON.parse(line) as { readonly step?: string }).step === step);
  return Buffer.byteLength(`${lines.slice(0, at + 1).join('\n')}\n`);
}
