import { unfinished, whereabouts, type DeploymentLog, type Journal } from '@devplatform/rollout-engine';
import type { LockHolder } from '@devplatform/target-local';

/** Who is in the way of a deployment: one that runs, or one that was cut off. */
export interface LockNow {
  /** null: the lock is free. */
  readonly holder: LockHolder | null;
  /** In words, with the way out; null: the last run has come to its end, or is the holder's. */
  readonly unfinished: string | null;
}

export async function lockNow(
  holder: LockHolder | null,
  ports: { readonly journal: Journal; readonly log: DeploymentLog },
): Promise<LockNow> {
  if (holder !== null) return { holder, unfinished: null };
  return { holder, unfinished: await cutOff(ports) };
}

async function cutOff(ports: { readonly journal: Journal; readonly log: DeploymentLog }): Promise<string | null> {
  try {
    const left = await unfinished(ports);
    if (left === null) return null;
    const { id, kind, deployer, entries } = left;
    return `the ${kind} ${id.slice(0, 8)} of ${deployer} was cut off ${whereabouts(entries)}; finish it with \`npx nx resume backend\`, or take it back with \`npx nx abort backend\``;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const holderText = ({ who, since, step, deploymentId }: LockHolder): string =>
  `${who} has held it since ${since} (${deploymentId.slice(0, 8)}) and is at step "${step}"`;

export const lockLines = ({ holder, unfinished: left }: LockNow): readonly string[] => [
  holder === null ? 'free' : holderText(holder),
  ...(left === null ? [] : [left]),
];
