import { RolloutError, type Target } from '@devplatform/rollout-engine';
import type { PreflightFacts } from '@devplatform/rollout-gates';
import type { LocalSurvey } from '@devplatform/target-local';
import { readLog } from '../log/file-log.ts';
import { answerOf } from '../log/history-text.ts';

export type Survey = Pick<LocalSurvey, 'lockHolder' | 'pending' | 'judgeMigrations' | 'artifact' | 'room' | 'rehearse'>;

/** What the preflight gate asks, answered by target, survey and the deployment log in `home`. */
export const preflightFacts = (target: Pick<Target, 'describe' | 'resolveRelease'>, survey: Survey, home: string): PreflightFacts => ({
  release: (tag) => target.resolveRelease(tag),
  pending: (release) => survey.pending(release),
  judgeMigrations: (release, running) => survey.judgeMigrations(release, running),
  artifact: (release) => survey.artifact(release),
  room: (to) => survey.room(to),
  environment: () => target.describe(),
  rehearse: (release, maxBytes) => survey.rehearse(release, maxBytes),
  history: async () => {
    const content = await readLog(home);
    if (content.fault !== null) throw damaged(content.fault);
    return answerOf(content, Infinity).records;
  },
});

const damaged = ({ line, why }: { readonly line: number; readonly why: string }): RolloutError =>
  new RolloutError('log-damaged', `the deployment log is damaged at line ${line} (${why})`, {
    untouched: 'Nothing was changed.',
    next: 'Look at it with `npx nx log backend --verify`.',
  });
