import { z } from 'zod';
import type { StepName } from './command.ts';

export const State = z.enum([
  ...[
    'locked',
    'prepared',
    'checked',
    'observed',
    'migrated',
    'vacated',
    'deployed',
    'ready',
    'proven',
    'switched',
    'working',
    'relieved',
    'draining',
    'monitored',
    'settled',
    'accounted',
    'baked',
    'decommissioned',
  ],
  ...['returning', 'reopened', 'sound', 'restored', 'resumed', 'quiet', 'leaving', 'left', 'balanced', 'cleared'],
  ...['done', 'undone', 'stranded'],
] as const);
export type State = z.infer<typeof State>;

/** A step that succeeded, or a decision of the run. `strand`: neither forward nor back, a person must look. */
export type Event = StepName | 'turn-back' | 'finish' | 'give-up' | 'strand';

/**
 * Which event may follow which state. The front door moves only from `proven` and `sound`, and no other way leads there
 * than through the gates. `turn-back` and `strand` are possible from every state that is not an end.
 */
export const TRANSITIONS: Readonly<Record<State, Readonly<Partial<Record<Event, State>>>>> = {
  locked: { prepare: 'prepared' },
  prepared: { preflight: 'checked' },
  checked: { observe: 'observed', migrate: 'migrated' },
  observed: { migrate: 'migrated' },
  migrated: { vacate: 'vacated', deploy: 'deployed' },
  vacated: { deploy: 'deployed' },
  deployed: { readiness: 'ready' },
  ready: { smoke: 'proven' },
  proven: { switch: 'switched' },
  switched: { 'start-work': 'working' },
  working: { 'pause-work': 'relieved', monitor: 'monitored', bake: 'baked', finish: 'done' },
  relieved: { drain: 'draining' },
  draining: { monitor: 'monitored', settle: 'settled' },
  monitored: { settle: 'settled', bake: 'baked', finish: 'done' },
  settled: { account: 'accounted' },
  accounted: { bake: 'baked', finish: 'done' },
  baked: { decommission: 'decommissioned', finish: 'done' },
  decommissioned: { finish: 'done' },

  // The way back: the whole of a rollback, or the end of a deployment that failed.
  returning: { undrain: 'reopened', stop: 'cleared', 'give-up': 'undone' },
  reopened: { standby: 'sound' },
  sound: { switch: 'restored' },
  restored: { 'start-work': 'resumed' },
  resumed: { 'pause-work': 'quiet' },
  quiet: { drain: 'leaving' },
  leaving: { settle: 'left' },
  left: { account: 'balanced' },
  balanced: { finish: 'done', stop: 'cleared', 'give-up': 'undone' },
  cleared: { 'give-up': 'undone' },

  done: {},
  undone: {},
  stranded: {},
};

export const isFinal = (state: State): boolean => Object.keys(TRANSITIONS[state]).length === 0;

/** The state after the event. Throws where the table does not allow it: that is a defect of the engine, never of the release. */
export function transition(state: State, event: Event): State {
  if (!isFinal(state)) {
    if (event === 'turn-back') return 'returning';
    if (event === 'strand') return 'stranded';
  }
  const next = TRANSITIONS[state][event];
  if (next === undefined) throw new Error(`illegal transition: ${event} in state ${state}`);
  return next;
}
