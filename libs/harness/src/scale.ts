import { hintWindow } from '@devplatform/contracts';
import { Crowd } from './crowd.ts';
import type { LocalEnvironment } from './environment.ts';
import type { Evidence } from './evidence.ts';
import { quantile } from './quantile.ts';
import { SlotLoadMeter } from './slot-load.ts';
import { spreadOf, type Spread } from './spread.ts';

/** One switch with that many live sessions, in scenes of ten, each making an edit every five seconds. */
export interface ScaleStep {
  readonly sessions: number;
  /** Over which the hints are spread, as the drain says it: clamp(N / 100 s, 1.5 s, 20 s). */
  readonly windowMs: number;
  /** When the sessions were welcome in the new slot. */
  readonly spread: Spread;
  readonly lost: number;
  readonly doubled: number;
  readonly differentHashes: number;
  readonly longestGapMs: number;
  /** Handovers of the switch; equal to the sessions when everybody moved without a break. */
  readonly handovers: number;
  /** Of the backend that serves, before the switch: share of one core. */
  readonly cpu: number;
  /** Of either backend at any time, MB. */
  readonly peakMb: number;
  readonly ackMs: { readonly steady: readonly [p50: number, p99: number]; readonly moving: readonly [p50: number, p99: number] };
}

const PER_SCENE = 10;
const EDIT_EVERY_S = 5;
const STEADY_EDITS_S = 10;
const STEADY_MS = 8000;

/** Lets `sessions` people work, moves them once by `move`, and measures what it cost. */
export async function scaleStep(
  environment: LocalEnvironment,
  sessions: number,
  move: () => ReturnType<LocalEnvironment['rollback']>,
): Promise<ScaleStep> {
  const editsPerSecond = sessions / EDIT_EVERY_S;
  await using crowd = await Crowd.gather(environment, {
    ...{ requestsPerSecond: 5, scenes: sessions / PER_SCENE, editorsPerScene: PER_SCENE, editsPerSecond },
  });
  const { active } = await environment.describe();
  if (active === null) throw new Error('no slot is active');
  using before = new SlotLoadMeter(environment.home, active);
  await crowd.reaches({ edits: sessions + editsPerSecond * STEADY_EDITS_S });
  const { cpu } = before.read();
  let after: SlotLoadMeter | undefined;
  try {
    const timeline = await crowd.lives('switch', move);
    after = new SlotLoadMeter(environment.home, timeline.to);
    await crowd.goesOnFor(25);
    const peakMb = Math.max(before.read().peakMb, after.read().peakMb);
    return judge(await crowd.evidence(), { sessions, cpu, peakMb });
  } finally {
    after?.[Symbol.dispose]();
  }
}

function judge(evidence: Evidence, measured: Pick<ScaleStep, 'sessions' | 'cpu' | 'peakMb'>): ScaleStep {
  const { editors, acks } = evidence.editors;
  const [move] = evidence.moves;
  if (move === undefined) throw new Error('nothing was moved');
  const { told, to, drained, ended } = move.timeline;
  const arrivals = editors.flatMap((editor) => editor.arrivals.filter(({ at, slot }) => at > told && slot === to));
  const until = drained ?? ended;
  const latencies = (from: number, before: number): readonly [number, number] => {
    const ms = acks.filter(({ at }) => at >= from && at < before).map((ack) => ack.ms);
    return [quantile(ms, 0.5), quantile(ms, 0.99)];
  };
  const byScene = Object.groupBy(evidence.hashes, ({ sceneId }) => sceneId);
  return {
    ...measured,
    windowMs: hintWindow(measured.sessions),
    spread: spreadOf(arrivals.map(({ at }) => at)),
    lost: evidence.journal.lost.length + editors.filter(({ edits, acked }) => edits > acked).length,
    doubled: evidence.journal.doubled.length,
    differentHashes: Object.values(byScene).filter((seen) => new Set(seen?.map(({ hash }) => hash)).size > 1).length,
    longestGapMs: Math.max(0, ...editors.flatMap((editor) => editor.arrivals.map(({ gapMs }) => gapMs))),
    handovers: arrivals.filter(({ reason }) => reason === 'handover').length,
    // The first seconds are those in which everybody arrives.
    ackMs: { steady: latencies(told - STEADY_MS, told), moving: latencies(told, until) },
  };
}
