import { Slot } from '@devplatform/contracts';
import {
  type DeploymentRecord,
  type Environment,
  type InFlight,
  inWords,
  type ServiceProbe,
  type Target,
} from '@devplatform/rollout-engine';
import Table from 'cli-table3';
import { readLog } from './log/file-log.ts';
import { answerOf } from './log/history-text.ts';

interface SlotStatus {
  readonly services: readonly ServiceProbe[];
  /** null: the slot does not say. */
  readonly inFlight: InFlight | null;
}

/** The environment as it is now, asked from the front door and the slots themselves. */
export interface Status {
  readonly type: 'status';
  readonly environment: Environment;
  readonly slots: Readonly<Record<Slot, SlotStatus>>;
  readonly lastRun: DeploymentRecord | null;
}

export async function statusOf(target: Pick<Target, 'describe' | 'probe' | 'inFlight'>, home: string): Promise<Status> {
  const environment = await target.describe();
  const look = async (slot: Slot): Promise<SlotStatus> => {
    if (environment.slots[slot].addresses === null) return { services: [], inFlight: null };
    // One after the other: a health check is a request, too.
    const services = await target.probe(slot);
    const inFlight = await target.inFlight(slot).catch(() => null);
    return { services, inFlight };
  };
  const [blue, green, lastRun] = await Promise.all([look('blue'), look('green'), lastRecord(home)]);
  const slots = Object.fromEntries(
    Slot.options.map((slot) => {
      const { addresses, ...rest } = environment.slots[slot];
      return [slot, { ...rest, addresses: addresses === null ? null : { ...addresses, internalToken: '[hidden]' } }];
    }),
  ) as Environment['slots'];
  return { type: 'status', environment: { ...environment, slots }, slots: { blue, green }, lastRun };
}

/** Of the deployment log; null: it is empty, or its last line cannot be read. */
export const lastRecord = async (home: string): Promise<DeploymentRecord | null> => answerOf(await readLog(home), 1).records[0] ?? null;

export function statusText({ environment, slots, lastRun }: Status): string {
  const { active, previous, publicUrl, exists } = environment;
  if (!exists) return 'Nothing runs here. Deploy a release to bring the environment up: npx nx deploy backend';
  const table = new Table({ head: ['slot', '', 'release', 'services', 'in flight'], style: { head: [], border: [] } });
  for (const slot of Slot.options) {
    const { services, inFlight } = slots[slot];
    const role = slot === active ? 'active' : slot === previous ? 'parked, way back' : 'inactive';
    const health = services.map(({ service, state }) => `${service} ${state}`).join('\n');
    table.push([slot, role, environment.slots[slot].release ?? 'nothing', health, inFlight === null ? '' : inWords(inFlight)]);
  }
  const last =
    lastRun === null
      ? ''
      : `\nlast run: ${lastRun.kind} to ${lastRun.version.next ?? '?'} by ${lastRun.deployer}, ${lastRun.finishedAt}, ${lastRun.outcome}`;
  return `${publicUrl ?? 'The front door is down.'}\n${table.toString()}${last}`;
}
