import type { Slot } from '@devplatform/contracts';
import type { Clock } from './clock.ts';
import type { Finding } from './finding.ts';
import type { InFlight, Target } from './target.ts';

/** The last jobs leave 120 s after the switch; the rest is slack. */
const LIMIT_MS = 150_000;
const LOOK_EVERY_MS = 100;
const TELL_EVERY_MS = 2_000;

/** For one and for many. */
const WORDS: Readonly<Record<keyof InFlight, readonly [one: string, many: string]>> = {
  sockets: ['socket', 'sockets'],
  notYetHinted: ['of them not yet asked to move', 'of them not yet asked to move'],
  httpInFlight: ['request', 'requests'],
  appendQueue: ['edit being committed', 'edits being committed'],
  activeJobs: ['job', 'jobs'],
  forced: ['socket closed at the deadline', 'sockets closed at the deadline'],
};

const counts = (inFlight: InFlight): (readonly [keyof InFlight, number])[] =>
  (Object.keys(WORDS) as (keyof InFlight)[]).map((key) => [key, inFlight[key]]);

export const isIdle = (inFlight: InFlight): boolean => counts(inFlight).every(([key, count]) => key === 'forced' || count === 0);

/** `12 sockets, 1 job`; `nothing`. */
export function inWords(inFlight: InFlight): string {
  const parts = counts(inFlight).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'nothing' : parts.map(([key, count]) => `${count} ${WORDS[key][count === 1 ? 0 : 1]}`).join(', ');
}

/** Waits for observed zeros, never for a time; what is left at the limit is named, not ended. */
export async function settle(
  slot: Slot,
  { target, clock, signal, note }: { target: Target; clock: Clock; signal: AbortSignal; note: (line: string) => void },
): Promise<Finding> {
  const start = clock.now();
  let told = start;
  for (;;) {
    const left = await target.inFlight(slot);
    if (isIdle(left)) {
      const forced = left.forced > 0 ? { issue: `${left.forced} sockets of ${slot} had to be closed at the deadline.` } : {};
      return { detail: `nothing is in flight in ${slot}; it is parked warm`, left, ...forced };
    }
    const now = clock.now();
    if (signal.aborted || now - start >= LIMIT_MS) {
      const rest = `${slot} still has ${inWords(left)}`;
      return { detail: rest, left, issue: `${rest}; it keeps running, so nothing of it is lost.` };
    }
    if (now - told >= TELL_EVERY_MS) {
      told = now;
      note(`${slot}: ${inWords(left)}`);
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
