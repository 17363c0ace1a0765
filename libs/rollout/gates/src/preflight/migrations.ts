import type { Release } from '@devplatform/rollout-engine';
import { failed, passed, unknown, warned, type PreflightCheck } from './check.ts';
import { acknowledge } from './rules.ts';

/**
 * "All migrations are backward-compatible": each says what it does to the release that still runs. One that contracts takes away what that
 * release needs, and with it the way back.
 */
export const migrations: PreflightCheck = {
  name: 'migrations',
  judge: async ({ release, pending, rules: { contractMigrations }, acknowledged: { given, by } }) => {
    const names = await pending();
    if (names === null) return unknown('the database does not run, so what is pending is not known');
    if (names.length === 0) return passed('nothing is pending');
    const phased = names.map((name) => ({ name, phase: phaseOf(release, name) }));
    const of = (wanted: Phase | null): readonly string[] => phased.flatMap(({ name, phase }) => (phase === wanted ? name : []));
    const declared = PHASES.map((phase) => `${of(phase).length} ${phase}`).filter((text) => !text.startsWith('0'));
    const undeclared = of(null);
    const list = `pending: ${[...declared, ...undeclared.map((name) => `${name} (phase not declared)`)].join(', ')}`;
    const closing = of('contract');
    const allowed = contractMigrations === 'allow' ? 'the configuration' : given.includes('contract') ? by : null;
    if (closing.length > 0 && allowed === null) {
      const way = `allow it with ${acknowledge('contract')} once no release needs what it takes away`;
      return failed(`${closing.join(', ')} is a contract step and closes the way back to the release that runs; ${way}`);
    }
    if (closing.length > 0) return warned(`${list}; ${allowed ?? ''} allows the contract step, after which there is no way back`);
    return undeclared.length > 0 ? warned(`${list}; nobody has judged what is not declared`) : passed(list);
  },
};

type Phase = NonNullable<Release['phases']>[string];
const PHASES: readonly Phase[] = ['expand', 'backfill', 'contract'];

/** null: the release does not say. */
export const phaseOf = ({ phases = {} }: Release, migration: string): Phase | null => phases[migration] ?? null;
