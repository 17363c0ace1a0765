import { Editing, LocalEnvironment, longestGap, withDatabase, type CommandEvent } from '@devplatform/harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, killAndEnd, type KillCase } from './killing/kill-case.ts';
import { RELEASES } from './releases.ts';

/** Some lines of the matrix that `npx nx kills bluegreen` prints whole. */
const CASES: readonly KillCase[] = [
  { kind: 'deploy', line: 0, when: 'before', verb: 'resume' },
  { kind: 'deploy', line: 10, when: 'after', verb: 'abort' },
  { kind: 'deploy', line: 13, when: 'during', verb: 'resume' },
  { kind: 'deploy', line: 21, when: 'after', verb: 'abort' },
  { kind: 'deploy', line: 26, when: 'after', verb: 'resume' },
  { kind: 'rollback', line: 6, when: 'before', verb: 'resume' },
  { kind: 'rollback', line: 8, when: 'after', verb: 'abort' },
];

describe('a command line that is killed', () => {
  let environment: LocalEnvironment;
  let editing: Editing;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
    editing = await Editing.begin(environment, { scenes: 2, editorsPerScene: 5, editsPerSecond: 40 });
  }, 60_000);
  afterAll(async () => {
    await editing[Symbol.asyncDispose]();
    await environment[Symbol.asyncDispose]();
  }, 60_000);

  it.each(CASES)(
    'ENG-1: $kind, killed $when line $line, comes to a legal end by $verb',
    async (at) => {
      const result = await killAndEnd(environment, at);
      expect(result?.faults).toEqual([]);
    },
    60_000,
  );

  it('ENG-2: Ctrl-C twice stops it at once, and it is resumed', async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const { active } = await environment.describe();
    const to = active === 'blue' ? 'green' : 'blue';
    const { databaseUrl } = await environment.parts();
    await withDatabase(databaseUrl, async (database) => {
      // The step that is to be finished first waits for as long as this is held.
      await database.query('SELECT pg_advisory_lock(764001)');
      const onEvent = (event: CommandEvent): void => {
        if (event.type === 'step-started' && event.step === 'migrate') first.abort();
        if (event.type !== 'note' || !event.text.startsWith('Interrupted')) return;
        // Nearer together it would be one press that a terminal and a wrapper both pass on.
        setTimeout(() => {
          second.abort();
        }, 600);
      };
      const cut = await environment.command(['deploy', 'backend', '--slot', to], {}, onEvent, first.signal, second.signal);
      expect([cut.exitCode, cut.events.some(({ type }) => type === 'closed')]).toEqual([130, false]);
    });
    expect(codeOf(await environment.command(['deploy', 'backend', '--slot', to]))).toBe('unfinished');
    expect((await environment.command(['resume', 'backend'])).exitCode).toBe(0);
    expect((await environment.describe()).active).toBe(to);
  }, 60_000);

  it('ENG-1: nobody who worked meanwhile lost anything, or was offline', async () => {
    const { editors, broken } = await editing.finish();
    expect([broken, longestGap(editors)]).toEqual([[], 0]);
    expect((await environment.command(['log', 'backend', '--verify'])).exitCode).toBe(0);
  }, 60_000);
});
