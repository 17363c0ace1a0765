import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { otherSlot } from '@devplatform/contracts';
import type { CommandResult, LocalEnvironment } from '@devplatform/harness';
import type { KillAt } from './kill-at.mts';

export interface KillCase extends KillAt {
  readonly kind: 'deploy' | 'rollback';
  readonly verb: 'resume' | 'abort';
}

export interface KillResult extends KillCase {
  /** What its last whole line said: `doing switch`. */
  readonly last: string;
  /** How the run ended: `done`, `undone`, `stranded`; `nothing` where nothing had begun. */
  readonly outcome: string;
  /** Milliseconds that the verb took. */
  readonly ms: number;
  /** What is wrong; empty: it came to a legal end. */
  readonly faults: readonly string[];
}

const EVERY_STEP = join(import.meta.dirname, 'every-step.config.ts');
const PRELOAD = pathToFileURL(join(import.meta.dirname, 'kill-at.mts')).href;

/** Kills a run at that line and ends it by the verb. null: the run has fewer lines, and ended by itself. */
export async function killAndEnd(environment: LocalEnvironment, at: KillCase): Promise<KillResult | null> {
  await prepare(environment, at.kind);
  const before = newestJournal(environment.home);
  const run = await environment.command(await argumentsOf(environment, at.kind), {
    NODE_OPTIONS: `--import ${PRELOAD} --disable-warning=ExperimentalWarning`,
    KILL_AT: JSON.stringify({ line: at.line, when: at.when }),
  });
  if (run.signal === null) {
    if (run.exitCode !== 0) throw new Error(`the ${at.kind} was not killed and failed:\n${run.output}`);
    return null;
  }
  const left = newestJournal(environment.home);
  const last = left === null || left.file === before?.file ? 'nothing' : left.last;
  const ended = await environment.command([at.verb, 'backend']);
  const outcome = outcomeOf(ended);
  const { active, slots } = await environment.describe();
  return {
    ...{ ...at, last, outcome, ms: ended.ended - ended.started },
    faults: [
      ...(outcome === expected(at, last) ? [] : [`it ended ${outcome}: ${JSON.stringify(ended.events.at(-1))} ${ended.output}`]),
      ...(active !== null && slots[active].running ? [] : ['no slot serves']),
      ...(codeOf(await environment.command([at.verb, 'backend'])) === 'nothing-unfinished' ? [] : ['it is still unfinished']),
    ],
  };
}

/** What was begun is finished or taken back; what had not begun, or had ended, stays as it is. */
function expected({ verb }: KillCase, last: string): string {
  if (last === 'nothing') return 'nothing';
  return verb === 'resume' || last === 'closed' ? 'done' : 'undone';
}

function outcomeOf(result: CommandResult): string {
  if (codeOf(result) === 'nothing-unfinished') return 'nothing';
  return result.events.find((event) => event.type === 'closed')?.record.outcome ?? 'no record';
}

/** Of the error that the command ended with, as `--json` prints it. */
export const codeOf = ({ events }: CommandResult): string | undefined => (events.at(-1) as { readonly code?: string } | undefined)?.code;

/** A rollback needs somewhere to go. */
async function prepare(environment: LocalEnvironment, kind: KillCase['kind']): Promise<void> {
  const { active, previous } = await environment.describe();
  if (active === null) throw new Error('no slot serves');
  if (kind === 'rollback' && previous === null) await environment.deploy(otherSlot(active), 'v1.3.0');
}

async function argumentsOf(environment: LocalEnvironment, kind: KillCase['kind']): Promise<readonly string[]> {
  const { active } = await environment.describe();
  return kind === 'rollback' || active === null
    ? ['rollback', 'backend']
    : ['deploy', 'backend', '--slot', otherSlot(active), '--release', 'v1.3.0', '--config', EVERY_STEP];
}

function newestJournal(home: string): { readonly file: string; readonly last: string } | null {
  const folder = join(home, 'deployments');
  const changed = (file: string): number => statSync(join(folder, file)).mtimeMs;
  const [file] = readdirSync(folder).sort((a, b) => changed(b) - changed(a));
  if (file === undefined) return null;
  const whole = readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1);
  if (whole.length === 0) return { file, last: 'nothing' };
  const { type, step } = JSON.parse(whole.at(-1) ?? '') as { type: string; step?: string };
  return { file, last: step === undefined ? type : `${type} ${step}` };
}
