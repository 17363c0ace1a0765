import type { Measure, Watched } from '@devplatform/rollout-engine';
import { silentSources, unlessSilent, type Finding } from './finding.ts';
import type { Limits } from './limits.ts';
import { sum } from './quantile.ts';
import { count } from './wording.ts';
import { countedIn, ORIGIN, type Read } from './window.ts';

const read: Read<string> = ({ criticalErrors }) => criticalErrors;

/** How much of a message a line has room for. */
const SHOWN = 80;

/**
 * Critical errors of the new slot that the old one never logged, whenever that was. Not proven by one sample: what both slots meet,
 * such as a database that goes away, one of them logs first.
 */
export function newErrors(watched: Watched, limits: Limits): Measure {
  const silent = silentSources(watched, ({ criticalErrors }) => criticalErrors !== null);
  return { name: 'new errors', ...unlessSilent(judgeErrors(watched, limits), silent), proven: false };
}

function judgeErrors(watched: Watched, { newErrors: limit }: Limits): Finding {
  const logged = countedIn([watched.before ?? ORIGIN, ...watched.samples], watched.to, read);
  if (logged === null) return { verdict: 'unknown', figure: 'not known' };
  const before = fingerprintsBefore(watched);
  const fresh = [...logged].filter(([fingerprint, times]) => times > 0 && !(before?.has(fingerprint) ?? false));
  const total = sum(fresh.map(([, times]) => times));
  if (total === 0) return { verdict: 'ok', figure: 'none that was not there before' };
  const [[message, times] = ['', 0], ...others] = fresh.toSorted(([, a], [, b]) => b - a);
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const figure = `${count(times)} × "${message.length > SHOWN ? `${message.slice(0, SHOWN)}…` : message}"${more} (limit ${limit})`;
  if (before === null && watched.from !== null) return { verdict: 'soft', figure: `${figure}; what ${watched.from} logged is not known` };
  return { verdict: total >= limit ? 'hard' : 'soft', figure };
}

/** null: the old slot never said, so nobody can call an error new. */
function fingerprintsBefore({ from, before, samples }: Watched): ReadonlySet<string> | null {
  if (from === null) return null;
  const observations = before === null ? samples : [before, ...samples];
  const known = observations
    .flatMap(({ slots }) => slots[from].instances.map(({ criticalErrors }) => criticalErrors))
    .filter((errors) => errors !== null);
  return known.length === 0 ? null : new Set(known.flatMap((errors) => Object.keys(errors)));
}
