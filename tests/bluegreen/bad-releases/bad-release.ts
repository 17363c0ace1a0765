import type { Edit } from '../controls/control.ts';
import { ANSWERS_500, ANSWERS_SLOWLY, FAILS_EVERY_JOB, LEAKS, NEVER_HEALTHY, REFUSES_UPGRADES, SLOW_MS } from './faults.ts';

/** A release that can be built: today's sources with these edits, under a version of its own. */
export interface Build {
  /** Without a leading `v`. */
  readonly version: string;
  readonly edits: readonly Edit[];
  /** What its code says that it is; its version where it is left out. */
  readonly says?: string;
}

/** Who must catch a release, and what of it. */
export type Expected =
  /** Never switched to. */
  | { readonly kind: 'refused'; readonly gates: readonly string[]; readonly reason: RegExp }
  /** By the monitor, because of this measure. */
  | { readonly kind: 'rolled back'; readonly measure: RegExp }
  /** It stays: the monitor says so of this measure, and the record has it as an issue. */
  | { readonly kind: 'kept'; readonly measure: RegExp; readonly verdict: 'soft' | 'unknown'; readonly figure: RegExp };

export interface BadRelease {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** null: v1.3.0, as it is. */
  readonly build: Build | null;
  /** What serves before it; null: v1.2.0, as it is. */
  readonly base: Build | null;
  /** Of the monitor, in seconds; null: it is not watched. */
  readonly monitorSeconds: number | null;
  readonly load: 'usual' | 'hardly any';
  /** By its own fault these answers of it fail, and no others. */
  readonly ownFailures: 'status 500' | 'none';
  /** Milliseconds that an answer of it may be under way for by its own fault. */
  readonly slowMs: number;
  readonly expected: Expected;
}

const usual = { base: null, load: 'usual', ownFailures: 'none', slowMs: 0 } as const;
const gated = { ...usual, monitorSeconds: null } as const;
const watched = { ...usual, monitorSeconds: 60 } as const;

const ERRORS: Build = { version: '1.4.5-errors', edits: [ANSWERS_500] };

/** The seven of the "Must show", and the two that must not be rolled back. */
export const BAD_RELEASES: readonly BadRelease[] = [
  {
    ...{ ...gated, name: 'never-ready', title: 'never ready' },
    build: { version: '1.4.1-never.ready', edits: [NEVER_HEALTHY] },
    expected: { kind: 'refused', gates: ['readiness'], reason: /backend is unhealthy/ },
  },
  {
    ...{ ...gated, name: 'lying-version', title: 'lying version' },
    build: { version: '1.4.2-lying.version', edits: [], says: '9.9.9' },
    expected: { kind: 'refused', gates: ['smoke'], reason: /version-header: X-API-Version says 9\.9\.9/ },
  },
  {
    ...{ ...gated, name: 'broken-websocket', title: 'broken WebSocket' },
    build: { version: '1.4.3-broken.websocket', edits: [REFUSES_UPGRADES] },
    expected: { kind: 'refused', gates: ['smoke'], reason: /websocket: the upgrade of \/ws\/test was refused/ },
  },
  {
    ...{ ...gated, name: 'broken-worker', title: 'broken worker' },
    build: { version: '1.4.4-broken.worker', edits: [FAILS_EVERY_JOB] },
    expected: { kind: 'refused', gates: ['smoke', 'readiness'], reason: /job-round-trip: the job failed/ },
  },
  {
    ...{ ...watched, name: 'errors', title: '2 % 5xx only under load', ownFailures: 'status 500' },
    build: ERRORS,
    expected: { kind: 'rolled back', measure: /5xx/i },
  },
  {
    ...{ ...watched, name: 'slow', title: 'P95 over 5 s', slowMs: SLOW_MS },
    build: { version: '1.4.6-slow', edits: [ANSWERS_SLOWLY] },
    expected: { kind: 'rolled back', measure: /P95/i },
  },
  {
    ...{ ...watched, name: 'memory-leak', title: 'memory leak' },
    build: { version: '1.4.7-memory.leak', edits: [LEAKS] },
    expected: { kind: 'rolled back', measure: /memory/i },
  },
  {
    ...{ ...watched, name: 'as-bad-as-before', title: 'as bad as before: 2 % 5xx, and so was the baseline', ownFailures: 'status 500' },
    ...{ base: ERRORS, build: { version: '1.4.8-as.bad', edits: [ANSWERS_500] }, monitorSeconds: 30 },
    expected: { kind: 'kept', measure: /5xx/i, verdict: 'soft', figure: /as bad as before/ },
  },
  {
    ...{ ...watched, name: 'too-few', title: 'good, with too few requests to tell', load: 'hardly any' },
    ...{ build: null, monitorSeconds: 20 },
    expected: { kind: 'kept', measure: /5xx/i, verdict: 'unknown', figure: /requests of the 100 that are needed to tell/ },
  },
];

/** Throws where there is none of that name. */
export function badRelease(name: string): BadRelease {
  const release = BAD_RELEASES.find((each) => each.name === name);
  if (release === undefined) throw new Error(`there is no bad release ${name}`);
  return release;
}
