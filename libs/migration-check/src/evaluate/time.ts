const DAY = 86_400_000;

const UNITS: Readonly<Record<string, number>> = {
  ...{ microsecond: 0.001, millisecond: 1, ms: 1, second: 1000, sec: 1000, s: 1000, minute: 60_000, min: 60_000, m: 60_000 },
  ...{ hour: 3_600_000, h: 3_600_000, day: DAY, d: DAY, week: 7 * DAY, w: 7 * DAY, month: 30 * DAY, mon: 30 * DAY },
  ...{ year: 365.25 * DAY, y: 365.25 * DAY },
};

/** Milliseconds since 1970 of an ISO 8601 date; 'now'; null: a form that is not read here. */
export function instantOf(text: string, type: string): number | 'now' | 'invalid' | null {
  const word = text.trim().toLowerCase();
  if (word === 'now') return 'now';
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:[t ](\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?\s*(z|[-+]\d{2}(?::?\d{2})?)?$/.exec(word);
  if (match === null) return /^[a-z]{3,}$/.test(word) && !KEYWORDS.includes(word) ? 'invalid' : null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone] = match;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > days) return 'invalid';
  const start = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (type === 'date') return start;
  const local = start + Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000;
  if (type !== 'timestamptz' || zone === undefined || zone === 'z') return local;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2) === zone.slice(1, 3) ? 0 : zone.slice(-2))];
  return local - (zone.startsWith('-') ? -1 : 1) * (hours * 3_600_000 + minutes * 60_000);
}

const KEYWORDS = ['epoch', 'infinity', 'today', 'tomorrow', 'yesterday', 'allballs'];

/** Milliseconds, a month as 30 days; null: a form that is not read here. */
export function intervalOf(text: string): number | null {
  let milliseconds = 0;
  const rest = text
    .trim()
    .toLowerCase()
    .replace(/([-+]?\d+(?:\.\d+)?)\s*([a-z]+)/g, (whole, count: string, unit: string) => {
      const length = UNITS[unit] ?? UNITS[unit.replace(/s$/, '')];
      if (length === undefined) return whole;
      milliseconds += Number(count) * length;
      return '';
    })
    .trim();
  const clock = /^([-+]?)(\d{1,3}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(rest);
  if (clock !== null) {
    const [, sign, hours, minutes, seconds = '0'] = clock;
    const length = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000;
    return milliseconds + (sign === '-' ? -length : length);
  }
  return rest === '' && text.trim() !== '' ? milliseconds : null;
}

/** How far two moments must lie apart so that zones, daylight saving and the length of months do not decide. */
export function clearlyApart(a: number, b: number): boolean {
  return Math.abs(a - b) > 2 * DAY + 0.1 * Math.min(Math.abs(a), Math.abs(b), 3650 * DAY);
}
