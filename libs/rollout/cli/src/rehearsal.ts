import { type DeploymentRecord, type Ports, RolloutError, rollback } from '@devplatform/rollout-engine';

interface Leg {
  readonly to: string;
  readonly effectiveMs: number | null;
  /** From the command until everything was accounted for. */
  readonly ms: number;
  readonly longestGapMs: number | null;
}

/** A rollback and the way forth again, and what users would have noticed of it. */
export interface Rehearsal {
  readonly type: 'rehearsal';
  readonly there: Leg;
  readonly back: Leg;
  /** Requests that were sent all the time, one after the other. */
  readonly requests: { readonly sent: number; readonly failed: number; readonly slowestMs: number };
}

/**
 * Moves the users to the previous slot and back, each as a rollback of its own with a record of its own, while requests come in
 * through the front door. Throws where either fails, or where there is no way back; then users are where the error says.
 */
export async function rehearse(
  request: { readonly deployer: string },
  ports: Ports,
): Promise<{ readonly rehearsal: Rehearsal; readonly record: DeploymentRecord }> {
  const { publicUrl } = await ports.target.describe();
  if (publicUrl === null) {
    throw new RolloutError('nothing-deployed', 'Nothing serves, so there is nothing to rehearse.', {
      untouched: 'Nothing was changed.',
      next: 'Deploy a release first.',
    });
  }
  const over = new AbortController();
  const users = requesting(`${publicUrl}/api/v1/health`, over.signal);
  try {
    const there = await rollback(request, ports);
    const record = await rollback(request, ports);
    over.abort();
    return { rehearsal: { type: 'rehearsal', there: legOf(there), back: legOf(record), requests: await users }, record };
  } finally {
    over.abort();
  }
}

async function requesting(url: string, over: AbortSignal): Promise<Rehearsal['requests']> {
  let [sent, failed, slowestMs] = [0, 0, 0];
  while (!over.aborted) {
    const start = performance.now();
    const ok = await fetch(url, { signal: AbortSignal.timeout(10_000) }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.ok;
      },
      () => false,
    );
    sent += 1;
    if (!ok) failed += 1;
    slowestMs = Math.max(slowestMs, Math.round(performance.now() - start));
  }
  return { sent, failed, slowestMs };
}

const legOf = ({ slots, switch: moved, startedAt, finishedAt, ledger }: DeploymentRecord): Leg => ({
  to: slots.after ?? 'nowhere',
  effectiveMs: moved === null ? null : Math.round(moved.effectiveMs),
  ms: Date.parse(finishedAt) - Date.parse(startedAt),
  longestGapMs: ledger?.crossed?.longestGapMs ?? null,
});

export function rehearsalText({ there, back, requests }: Rehearsal): string {
  const leg = (name: string, { to, effectiveMs, ms, longestGapMs }: Leg): string =>
    `${name} to ${to}: traffic after ${effectiveMs ?? '?'} ms, everything accounted for after ${(ms / 1000).toFixed(1)} s, longest gap of a session ${longestGapMs ?? '?'} ms`;
  const { sent, failed, slowestMs } = requests;
  return [
    'Rehearsed, and as before:',
    `  ${leg('there', there)}`,
    `  ${leg('back', back)}`,
    `  ${failed} of ${sent} requests failed, the slowest took ${slowestMs} ms`,
  ].join('\n');
}
