import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Line = z.object({ type: z.string(), at: z.iso.datetime(), step: z.string().optional() });

/** When a run did what, as its journal says it; milliseconds since 1970, null: never. */
export interface RunTimes {
  readonly began: number;
  /** The first switch: to the new slot. */
  readonly switched: number | null;
  /** The first step that failed, or else the end of the monitor. */
  readonly verdict: number | null;
}

export function timesOf(home: string, runId: string): RunTimes {
  const lines = readFileSync(join(home, 'deployments', `${runId}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
  const entries = lines.map((line) => Line.parse(JSON.parse(line)));
  const first = (is: (entry: z.infer<typeof Line>) => boolean): number | null => {
    const entry = entries.find(is);
    return entry === undefined ? null : Date.parse(entry.at);
  };
  return {
    began: first(() => true) ?? NaN,
    switched: first(({ type, step }) => type === 'done' && step === 'switch'),
    verdict: first(({ type }) => type === 'failed') ?? first(({ type, step }) => type === 'done' && step === 'monitor'),
  };
}
