import type { DeploymentRecord, Environment } from '@devplatform/rollout-engine';
import { shortDigest } from './artifact.ts';
import { failed, passed, warned, type PreflightCheck, type Verdict } from './check.ts';
import { acknowledge } from './rules.ts';

/** The environment is what the deployment log says it is; nobody has changed it behind its back. */
export const drift: PreflightCheck = {
  name: 'drift',
  judge: async ({ facts, history, acknowledged: { given, by } }) => {
    const [environment, records] = await Promise.all([facts.environment(), history()]);
    const verdict = compare(environment, records);
    if (verdict.status !== 'failed') return verdict;
    if (given.includes('drift')) return warned(`${verdict.detail}; accepted by ${by}`);
    return failed(`${verdict.detail}; find out who did that, then accept it with ${acknowledge('drift')}`);
  },
};

function compare({ active, slots }: Environment, records: readonly DeploymentRecord[]): Verdict {
  if (records.at(-1)?.outcome === 'stranded') return warned('the last run stopped half-way, so the log does not say how things should be');
  // What was undone left everything as the run before it.
  const last = records.findLast(({ outcome }) => outcome === 'done');
  if (last === undefined)
    return active === null ? passed('nothing was deployed yet') : warned(`${active} serves, and no record says who deployed it`);
  const { version, slots: recorded } = last;
  const expected = `the log says ${recorded.after ?? 'no slot'} serves ${version.next ?? '?'}`;
  if (active === null) return warned(`${expected}; the front door answers from no slot`);
  const { release, digest } = slots[active];
  if (release === version.next && digest !== null && version.digest !== null && digest !== version.digest) {
    return failed(
      `${release ?? '?'} in ${active} is another artifact than the recorded one: ${shortDigest(digest)} in place of ${shortDigest(version.digest)}`,
    );
  }
  if (active !== recorded.after || release !== version.next)
    return warned(`${expected}; ${active} serves ${release ?? 'an unknown release'}`);
  return passed(`${active} serves ${release ?? '?'}, as the log says`);
}
