import type { Settings } from './configuration.ts';
import { timingOf } from './services.ts';
import { durationText, shareText } from './unit.ts';

/** Options that are fine each for itself and cannot be together. `*` in a path is any name. */
export interface Contradiction {
  /** Of all options that take part; the first one that the file says is the one to correct. */
  readonly paths: readonly (readonly string[])[];
  readonly message: string;
}

/** All of them. A timeout above its interval is none: looks follow each other, and do not overlap. */
export const contradictionsOf = (settings: Settings): readonly Contradiction[] => [
  ...nobodyAnswers(settings),
  ...neverReady(settings),
  ...limits(settings),
  ...tooFewLooks('monitor', settings),
  ...tooFewLooks('bake', settings),
  ...bakeAlone(settings),
];

function nobodyAnswers({ services }: Settings): readonly Contradiction[] {
  if (Object.values(services).some(({ role }) => role === 'web')) return [];
  const paths = [['services'], ['services', '*', 'role']];
  return [{ paths, message: "no service has role 'web', so nobody would answer a request" }];
}

function neverReady({ services, readiness: { maxWait, minReady, timing } }: Settings): readonly Contradiction[] {
  return Object.entries(services).flatMap(([name, service]) => {
    const { initialDelay, interval, successThreshold } = timingOf(service, timing);
    const paths = (option: string): string[][] => [
      ['readiness', 'timing', option],
      ['services', name, 'health', option],
      ['readiness', 'maxWait'],
    ];
    if (interval > maxWait) {
      return [
        {
          paths: paths('interval'),
          message: `${name} is looked at every ${durationText(interval)}, longer than the whole wait of ${durationText(maxWait)}`,
        },
      ];
    }
    const earliest = initialDelay + (successThreshold - 1) * interval + minReady;
    if (earliest < maxWait) return [];
    const all = [...paths('initialDelay'), ...paths('successThreshold'), ['readiness', 'minReady']];
    return [
      {
        paths: all,
        message: `${name} is ready after ${durationText(earliest)} at the earliest, and the wait ends after ${durationText(maxWait)}`,
      },
    ];
  });
}

/** What has a limit that warns and one that turns back. */
const LIMITS = [
  ['serverErrors', shareText],
  ['p95', durationText],
  ['webSocketFailures', shareText],
  ['memory', shareText],
] as const;

function limits({ monitor: { soft, hard } }: Settings): readonly Contradiction[] {
  return LIMITS.flatMap(([name, text]) => {
    const [warns, turns] = [soft[name], hard[name]];
    if (warns === null || turns === null || warns <= turns) return [];
    const paths = [
      ['monitor', 'soft', name],
      ['monitor', 'hard', name],
    ];
    return [{ paths, message: `the soft limit of ${text(warns)} is above the hard one of ${text(turns)}, so it never warns` }];
  });
}

function tooFewLooks(step: 'monitor' | 'bake', settings: Settings): readonly Contradiction[] {
  const { for: whole, interval } = settings[step];
  if (whole === 0 || interval <= whole) return [];
  const message = `an interval of ${durationText(interval)} is longer than the whole ${step} of ${durationText(whole)}`;
  return [
    {
      paths: [
        [step, 'interval'],
        [step, 'for'],
      ],
      message,
    },
  ];
}

function bakeAlone({ monitor, bake }: Settings): readonly Contradiction[] {
  if (bake.for === 0 || monitor.for > 0) return [];
  const message = `a bake of ${durationText(bake.for)} without a monitor: it goes on with what the monitor began; set both or neither to 0`;
  return [
    {
      paths: [
        ['bake', 'for'],
        ['monitor', 'for'],
      ],
      message,
    },
  ];
}
