import type { Slot } from '@devplatform/contracts';
import type { Measure, Observation, Watched } from '@devplatform/rollout-engine';
import { exceeds, rateOf, sigmasAboveOverTime, type Share } from './certainty.ts';
import { silentSources, unlessSilent, worstWindow, type Finding } from './finding.ts';
import type { Limits } from './limits.ts';
import { timeOf } from './process.ts';
import { comparison, count, limitPercent, percent, tooFew } from './wording.ts';
import { countedIn, type Read, type Stretch, type Window, windowsOf } from './window.ts';

interface Closes {
  readonly abnormal: number;
  /** Open at the beginning, or opened since. */
  readonly sockets: number;
  /** For how long they were open, added up: without it, an hour would always be worse than a minute. */
  readonly socketMinutes: number;
}

const read: Read<'opened' | 'abnormal'> = ({ sockets }) => sockets;

/** WebSockets that closed abnormally, per socket and minute; warns where that grew, and takes nothing back. */
export function disconnects(watched: Watched, limits: Limits): Measure {
  const before = usualCloses(watched, limits.minimum.upgrades);
  const findings = windowsOf(watched, limits, null).map((window) =>
    judgeCloses(window, closesIn(window.stretch, watched.to), before, limits),
  );
  const silent = silentSources(watched, ({ sockets }) => sockets !== null);
  return { name: 'disconnects', ...unlessSilent(worstWindow(findings), silent), proven: false };
}

function judgeCloses({ sure, when }: Window, closes: Closes | null, before: Closes | null, limits: Limits): Finding {
  const { certainty, minimum, disconnects: limit } = limits;
  if (closes === null) return { verdict: 'unknown', figure: 'not known' };
  const { abnormal, sockets } = closes;
  if (sockets < minimum.upgrades) return { verdict: 'unknown', figure: tooFew(sockets, minimum.upgrades, 'sockets') };
  if (before === null) {
    const share: Share = { bad: abnormal, of: sockets };
    const figure = `${percent(rateOf(share))} of ${count(sockets)} sockets${when} ${comparison(limitPercent(limit), null, false)}`;
    return { verdict: exceeds(share, limit, sure) ? 'soft' : 'ok', figure };
  }
  const [now, usual] = [overTime(closes), overTime(before)];
  const more = rateOf(now) > (1 + limit) * rateOf(usual) && sigmasAboveOverTime(now, usual) >= certainty.worseSigmas;
  const words = comparison(`${limitPercent(limit)} above before`, percent(rateOf(usual)), false);
  return {
    verdict: more && abnormal >= sure.badEvents ? 'soft' : 'ok',
    figure: `${percent(rateOf(now))} of ${count(sockets)} sockets a minute${when} ${words}`,
  };
}

const overTime = ({ abnormal, socketMinutes }: Closes): Share => ({ bad: abnormal, of: socketMinutes });

/** Only of the time that was watched: of the time before it, nobody knows how many sockets were open for how long. */
function usualCloses({ from, before, samples }: Watched, enough: number): Closes | null {
  const [first] = samples;
  if (from === null || before === null || first === undefined) return null;
  const closes = closesIn([before, first], from);
  if (closes === null || closes.sockets < enough) return null;
  // By the first sample they may have begun to move to the new slot: the fuller end is how many there were.
  const open = Math.max(openIn(before, from) ?? 0, openIn(first, from) ?? 0);
  return { ...closes, socketMinutes: (open * (timeOf(first.at) - timeOf(before.at))) / 60_000 };
}

function closesIn(stretch: Stretch, slot: Slot): Closes | null {
  const counted = countedIn(stretch, slot, read);
  if (counted === null) return null;
  const known = stretch.flatMap((observation) => {
    const open = openIn(observation, slot);
    return open === null ? [] : [{ at: timeOf(observation.at), open }];
  });
  const socketMs = known.reduce((total, { at, open }, index) => {
    const last = known[index - 1];
    return last === undefined ? 0 : total + ((open + last.open) / 2) * (at - last.at);
  }, 0);
  const abnormal = counted.get('abnormal') ?? 0;
  return { abnormal, sockets: (known[0]?.open ?? 0) + (counted.get('opened') ?? 0), socketMinutes: socketMs / 60_000 };
}

function openIn({ slots }: Observation, slot: Slot): number | null {
  const said = slots[slot].instances.flatMap(({ sockets }) => sockets ?? []);
  return said.length === 0 ? null : said.reduce((open, { opened, closed }) => open + opened - closed, 0);
}
