import type { Measure, Watched } from '@devplatform/rollout-engine';
import { baselineOf } from './baseline.ts';
import { exceeds, rateOf, sigmasAbove, type Share } from './certainty.ts';
import { silentSources, unlessSilent, worstWindow, type Finding } from './finding.ts';
import type { Limits } from './limits.ts';
import { comparison, count, limitPercent, percent, tooFew } from './wording.ts';
import { countedIn, ORIGIN, type Read, type Window, windowsOf } from './window.ts';

const read: Read<'done' | 'failed'> = ({ jobs }) => jobs;

const shareOf = (jobs: ReadonlyMap<'done' | 'failed', number> | null): Share | null => {
  const bad = jobs?.get('failed') ?? 0;
  return jobs === null ? null : { bad, of: bad + (jobs.get('done') ?? 0) };
};

/**
 * Background jobs that failed. The limit is the old slot's own rate, which is an estimate too: hard is twice of it and worse by more
 * than chance in both. A rate of before of more than a half cannot double, so the measure only warns then.
 */
export function failedJobs(watched: Watched, limits: Limits): Measure {
  const before = baselineOf(
    watched,
    (stretch, slot) => shareOf(countedIn(stretch, slot, read)),
    ({ of }) => of >= limits.minimum.jobs,
  );
  const findings = windowsOf(watched, limits, watched.before ?? ORIGIN).map((window) =>
    judgeJobs(window, shareOf(countedIn(window.stretch, watched.to, read)), before, limits),
  );
  const silent = silentSources(watched, (instance) => instance.jobs !== null);
  return { name: 'failed jobs', ...unlessSilent(worstWindow(findings), silent), proven: false };
}

function judgeJobs({ sure, when }: Window, jobs: Share | null, before: Share | null, limits: Limits): Finding {
  const { certainty, failedJobs: limit, minimum } = limits;
  if (jobs === null) return { verdict: 'unknown', figure: 'not known' };
  if (jobs.of < minimum.jobs) return { verdict: 'unknown', figure: tooFew(jobs.of, minimum.jobs, 'jobs') };
  const usual = Math.max(before === null ? 0 : rateOf(before), limit.floor);
  const twice = limit.times * usual;
  const hard =
    before === null
      ? exceeds(jobs, twice, sure)
      : jobs.bad >= sure.badEvents && rateOf(jobs) >= twice && sigmasAbove(jobs, before) >= certainty.worseSigmas;
  const verdict = hard ? 'hard' : exceeds(jobs, usual, sure) ? 'soft' : 'ok';
  const words = comparison(limitPercent(verdict === 'hard' ? twice : usual), before === null ? null : percent(rateOf(before)), false);
  return { verdict, figure: `${percent(rateOf(jobs))} of ${count(jobs.of)} jobs${when} ${words}` };
}
