import { hostname } from 'node:os';
import { isAlive, startTimeOf } from '@devplatform/embedded';
import { RolloutError, type LeaseHolder } from '@devplatform/rollout-engine';
import { z } from 'zod';

/** Milliseconds that a lease of another machine lives after its last heartbeat. */
export const LEASE_MS = 30_000;
/** Clocks of machines are never the same to the millisecond. */
const CLOCK_SLACK_MS = 1_000;

/** What the file of a lease holds. */
export const LeaseRecord = z.object({
  who: z.string(),
  deploymentId: z.string(),
  host: z.string(),
  pid: z.int(),
  startTime: z.string(),
  since: z.iso.datetime(),
  step: z.string(),
  expiresAt: z.iso.datetime(),
  /** Of an earlier format, which gave a lease back in its file. */
  released: z.boolean().default(false),
});
export type LeaseRecord = z.infer<typeof LeaseRecord>;

/** Who deploys right now: since when (ISO 8601), and at which step. */
export type LockHolder = Pick<LeaseRecord, 'who' | 'deploymentId' | 'since' | 'step'>;

export function newRecord({ who, deploymentId }: LeaseHolder): LeaseRecord {
  const self = { host: hostname(), pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  return { who, deploymentId, ...self, since: new Date().toISOString(), expiresAt: inLeaseTime(), step: 'begin', released: false };
}

export const renewed = (record: LeaseRecord, step: string): LeaseRecord => ({ ...record, step, expiresAt: inLeaseTime() });

/** Whether its process is there is certain on this machine, and no clock is asked; of another machine only the time is known. */
export function isHeld(record: LeaseRecord): boolean {
  return !record.released && (isHere(record) ? isAlive(record) : Date.parse(record.expiresAt) > Date.now());
}

export const isOwn = (record: LeaseRecord): boolean => isHere(record) && record.pid === process.pid;

/** `file` is the one that holds the record, `aside` what it is called when nobody holds it any more. */
interface Files {
  readonly file: string;
  readonly aside: string;
}

export function locked(record: LeaseRecord, files: Files): RolloutError {
  const { who, since, step, deploymentId } = record;
  return new RolloutError('locked', `${who} has been deploying since ${since} (${deploymentId}) and is at step "${step}".`, {
    untouched: 'Nothing was changed.',
    next: `Wait for it to end (\`--wait 10m\` does); \`npx nx status backend\` shows it. ${isHere(record) ? whenHere(record) : whenElsewhere(record, files)}`,
  });
}

/** Never guessed over: it may be the lease of a deployment that runs, which writes it anew with its next heartbeat. */
export function damaged({ file, aside }: Files, why: string): RolloutError {
  return new RolloutError('lock-damaged', `The lock ${file} is damaged: ${why}. Who holds it is not known, and is not guessed.`, {
    untouched: 'Nothing was changed.',
    next: `Run this again in a few seconds: a deployment that is at work writes its lock anew. If that stays so, look that none runs, and give the lock back: mv '${file}' '${aside}'`,
  });
}

function whenHere({ pid, expiresAt }: LeaseRecord): string {
  const silent = Date.now() - Date.parse(expiresAt);
  const hangs =
    silent > 0
      ? ` By this machine's clock it has given no sign of life for ${inSeconds(silent + LEASE_MS)}: if it hangs, end it (kill ${pid}).`
      : '';
  return `It is process ${pid} of this machine, and the lock is free as soon as that has ended.${hangs}`;
}

function whenElsewhere({ host, expiresAt }: LeaseRecord, { file, aside }: Files): string {
  const ahead = Date.parse(expiresAt) - Date.now() - LEASE_MS;
  const skew =
    ahead > CLOCK_SLACK_MS
      ? ` The clock of ${host} is at least ${inSeconds(ahead)} ahead of this one, so that takes longer than the usual ${inSeconds(LEASE_MS)}.`
      : '';
  return `It runs on ${host}; if it is gone, the lock is free at ${expiresAt}.${skew} Where you know that it is gone, give it back: mv '${file}' '${aside}'`;
}

/** Also where a machine was renamed meanwhile it is another one: then the time decides. */
const isHere = ({ host }: LeaseRecord): boolean => host === hostname();
const inLeaseTime = (): string => new Date(Date.now() + LEASE_MS).toISOString();
const inSeconds = (ms: number): string => `${Math.round(ms / 1000)} s`;
