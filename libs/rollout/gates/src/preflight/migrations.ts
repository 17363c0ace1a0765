import type { Release } from '@devplatform/rollout-engine';
import { failed, passed, unknown, warned, type PreflightCheck } from './check.ts';
import type { MigrationJudgement, PreflightFacts } from './facts.ts';
import { acknowledge } from './rules.ts';

/**
 * "All migrations are backward-compatible": the migration checker judges what is pending against the release that runs. Contract steps, which take
 * away what that release needs, are left until it is gone; a release that cannot say what it does may not have them at all, unless somebody answers
 * for it.
 */
export const migrations: PreflightCheck = {
  name: 'migrations',
  judge: async ({ facts, release, pending, rules: { contractMigrations }, acknowledged: { given, by } }) => {
    const names = await pending();
    if (names === null) return unknown('the database does not run, so what is pending is not known');
    if (names.length === 0) return passed('nothing is pending');
    const running = await runningIn(facts);
    const judgement = running.tag === null ? running.judgement : await facts.judgeMigrations(release, running.tag);
    const accepted = given.includes('migrations');
    if (judgement.outcome !== 'safe' && !accepted) {
      const verdict = judgement.outcome === 'unsafe' ? failed : unknown;
      return verdict(`${listed(judgement.reasons)}; change that, or answer for it with ${acknowledge('migrations')}`);
    }
    const phased = names.map((name) => ({ name, phase: phaseOf(release, name) }));
    const of = (wanted: Phase | null): readonly string[] => phased.flatMap(({ name, phase }) => (phase === wanted ? name : []));
    const declared = PHASES.map((phase) => `${of(phase).length} ${phase}`).filter((text) => !text.startsWith('0'));
    const undeclared = of(null);
    const list = `pending: ${[...declared, ...undeclared.map((name) => `${name} (phase not declared)`)].join(', ')}`;
    const { left } = judgement;
    const closing = of('contract').filter((name) => !left.includes(name));
    const allowed = contractMigrations === 'allow' ? 'the configuration' : given.includes('contract') ? by : null;
    if (closing.length > 0 && allowed === null && running.tag !== null) {
      const way = `allow it with ${acknowledge('contract')} once no release needs what it takes away`;
      return failed(`${closing.join(', ')} is a contract step and closes the way back to the release that runs; ${way}`);
    }
    if (judgement.outcome !== 'safe') return warned(`${list}; ${listed(judgement.reasons)}; accepted by ${by}`);
    const remarks = [list, ...judgement.remarks, ...(left.length > 0 ? [leftFor(left)] : [])].join('; ');
    if (closing.length > 0 && running.tag !== null)
      return warned(`${remarks}; ${allowed ?? ''} allows the contract step, after which there is no way back`);
    if (undeclared.length > 0) return warned(`${remarks}; nobody has judged what is not declared`);
    return left.length > 0 ? warned(remarks) : passed(remarks);
  },
};

/** The release in the slot that users are in; without one there is nobody whom a migration could break. */
async function runningIn(facts: PreflightFacts): Promise<Running> {
  const { active, slots } = await facts.environment();
  if (active === null) return { tag: null, judgement: { outcome: 'safe', remarks: ['no release runs that it could break'], left: [] } };
  const { release } = slots[active];
  if (release !== null) return { tag: release };
  return { tag: null, judgement: { outcome: 'unknown', reasons: [`nobody knows which release runs in ${active}`], left: [] } };
}

type Running = { readonly tag: string } | { readonly tag: null; readonly judgement: MigrationJudgement };

const leftFor = (left: readonly string[]): string =>
  `left until no other release runs: ${left.join(', ')}; then \`node <release>/backend/migrate.js --contract\``;

/** At most three, so that a line stays a line. */
function listed(reasons: readonly string[]): string {
  const more = reasons.length - 3;
  return [...reasons.slice(0, 3), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
}

type Phase = NonNullable<Release['phases']>[string];
const PHASES: readonly Phase[] = ['expand', 'backfill', 'contract'];

/** null: the release does not say. */
export const phaseOf = ({ phases = {} }: Release, migration: string): Phase | null => phases[migration] ?? null;
