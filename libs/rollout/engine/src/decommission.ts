import type { Slot } from '@devplatform/contracts';
import type { Clock } from './clock.ts';
import type { Decommission } from './command.ts';
import { interruption } from './failure.ts';
import type { Finding } from './finding.ts';
import { inWords, isIdle } from './settle.ts';
import type { InFlight, Lease, Target } from './target.ts';

/** Beyond the time that it must be quiet; what is not idle by then keeps running. */
const LIMIT_MS = 150_000;
const LOOK_EVERY_MS = 500;

interface Means {
  readonly target: Pick<Target, 'inFlight' | 'observe' | 'stop'>;
  readonly lease: Lease;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What was seen of the slot at one moment; null: it, or the front door, does not say. */
interface Sight {
  readonly left: InFlight | null;
  /** Answers and upgrades through the front door since it counts. */
  readonly answers: number | null;
}

/**
 * Ends what is left of the old slot on what is observed, never on a time alone: nothing in flight, and no answer of it at the
 * front door for `quietMs`. Where that does not come the slot keeps running and is named: nothing is taken from anybody.
 */
export async function decommission(
  { slot, how, quietMs }: { readonly slot: Slot; readonly how: Decommission; readonly quietMs: number },
  { target, lease, clock, signal }: Means,
): Promise<Finding> {
  const start = clock.now();
  let quietSince = start;
  let last: Sight | null = null;
  for (;;) {
    const sight = await look(slot, target);
    const now = clock.now();
    if (!isQuiet(sight, last)) quietSince = now;
    last = sight;
    if (sight.left !== null && isIdle(sight.left) && now - quietSince >= quietMs) break;
    if (now - start >= LIMIT_MS + quietMs) {
      return { detail: `${slot} keeps running`, issue: `${slot} was not decommissioned: ${obstacle(sight)}.` };
    }
    if (signal.aborted) throw interruption();
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
  const seen = `nothing is in flight in ${slot}, and the front door had no answer of it for ${quietMs / 1000} s`;
  if (how === 'park') return { detail: `${seen}; it stays parked warm, as the way back` };
  await target.stop(slot, lease);
  return { detail: `${seen}; it is stopped` };
}

function obstacle({ left, answers }: Sight): string {
  if (left === null) return 'it does not say what it has in flight';
  if (!isIdle(left)) return `it still has ${inWords(left)}`;
  return answers === null ? 'the front door does not count its answers' : 'the front door still has answers of it';
}

/** Without a count nobody can say that there was no answer. */
const isQuiet = ({ left, answers }: Sight, last: Sight | null): boolean =>
  left !== null && isIdle(left) && answers !== null && (last === null || last.answers === answers);

async function look(slot: Slot, target: Means['target']): Promise<Sight> {
  // One after the other: asking a slot for its counts is a request to it.
  const { traffic } = (await target.observe()).slots[slot];
  const left = await target.inFlight(slot).catch(() => null);
  return { left, answers: traffic === null ? null : traffic.requests + traffic.upgrades };
}
