import type { Slot } from '@devplatform/contracts';
import type { Clock } from './clock.ts';
import { RolloutError } from './error.ts';
import type { RolloutEvent } from './event.ts';
import { interruption } from './failure.ts';
import type { Finding } from './finding.ts';
import type { Judge, Measure } from './measure.ts';
import type { Observation } from './observation.ts';
import type { Target } from './target.ts';

/** How the new slot is watched after the switch: by whom, and how often; milliseconds. */
export interface Watch {
  readonly judge: Judge;
  readonly everyMs: Readonly<Record<'monitor' | 'bake', number>>;
}

/** The new slot is worse than its limits allow: users go back. */
export class Alarm extends RolloutError {
  readonly measures: readonly Measure[];

  constructor(to: Slot, bad: readonly Measure[], measures: readonly Measure[]) {
    super('monitor-failed', `${to} is over its limits: ${bad.map(({ name, figure }) => `${name} ${figure}`).join('; ')}.`, {
      untouched: 'The database schema stays as it is.',
      next: 'Read the logs of that slot, correct the release and deploy again.',
    });
    this.name = 'Alarm';
    this.measures = measures;
  }
}

export interface Watching {
  readonly step: 'monitor' | 'bake';
  readonly from: Slot | null;
  readonly to: Slot;
  readonly forMs: number;
  readonly before: Observation | null;
}

interface Means {
  readonly target: Pick<Target, 'observe'>;
  readonly watch: Watch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RolloutEvent) => void;
}

/**
 * Samples both slots until the time is over, and on while the last sample was hard. Throws Alarm where a measure is hard twice in a row, so that one sample in a
 * bad moment moves nobody, and at once where it is proven. What was soft, or could not be told, is the finding's issue.
 */
export async function watch({ step, from, to, forMs, before }: Watching, means: Means): Promise<Finding> {
  const { clock, signal, target, onEvent } = means;
  const start = clock.now();
  const samples: Observation[] = [];
  const soft = new Map<string, Measure>();
  let measures: readonly Measure[] = [];
  for (;;) {
    samples.push(await target.observe());
    const last = measures;
    measures = means.watch.judge({ from, to, before, samples });
    const elapsedMs = Math.min(clock.now() - start, forMs);
    onEvent({ type: 'watched', step, elapsedMs, remainingMs: forMs - elapsedMs, measures });
    const bad = measures.filter((measure) => measure.verdict === 'hard' && (measure.proven || wasHard(measure, last)));
    if (bad.length > 0) throw new Alarm(to, bad, measures);
    for (const measure of measures) if (measure.verdict === 'soft') soft.set(measure.name, measure);
    // What the last sample called hard is not called well: the next one decides.
    if (elapsedMs >= forMs && !measures.some(({ verdict }) => verdict === 'hard'))
      return verdictOf({ to, step }, measures, [...soft.values()]);
    if (signal.aborted) throw interruption();
    await clock.sleep(elapsedMs < forMs ? Math.min(means.watch.everyMs[step], forMs - elapsedMs) : means.watch.everyMs[step], signal);
  }
}

const wasHard = ({ name }: Measure, last: readonly Measure[]): boolean =>
  last.some((measure) => measure.name === name && measure.verdict === 'hard');

function verdictOf({ to, step }: Pick<Watching, 'to' | 'step'>, measures: readonly Measure[], soft: readonly Measure[]): Finding {
  const unknown = measures.filter(({ verdict }) => verdict === 'unknown');
  const issues = [
    ...soft.map(({ name, figure }) => `${name} of ${to} was over its soft limit: ${figure}`),
    ...(unknown.length === 0
      ? []
      : [`The ${step} could not tell for ${to}: ${unknown.map(({ name, figure }) => `${name} (${figure})`).join(', ')}`]),
  ];
  const detail =
    unknown.length === 0
      ? `${to} is within its hard limits in ${measures.length} measures`
      : `${to} is within its hard limits in ${measures.length - unknown.length} of ${measures.length} measures; the others cannot tell`;
  return { detail, measures: [...measures], ...(issues.length > 0 && { issue: `${issues.join('. ')}.` }) };
}
