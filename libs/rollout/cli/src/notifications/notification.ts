import type { Clock, DeploymentRecord, RolloutEvent, StepName } from '@devplatform/rollout-engine';
import { z } from 'zod';

/** `deployment.warning`: a measure of the new slot is over a limit, said once for each measure and verdict. */
export const NotificationName = z.enum([
  ...['deployment.started', 'deployment.step', 'deployment.warning', 'deployment.switched', 'deployment.turning-back'],
  ...['deployment.succeeded', 'deployment.failed'],
] as const);
export type NotificationName = z.infer<typeof NotificationName>;

/** What is known of a run before it begins. */
export interface About {
  /** The verb of the command: what was asked for. */
  readonly kind: 'deploy' | 'rollback' | 'resume' | 'abort';
  readonly target: string;
  /** user@host */
  readonly deployer: string;
}

/** What people and programs outside are told, by a webhook as its body and by a hook on its standard input. null: not known at that moment. */
export interface Notification extends About {
  readonly event: NotificationName;
  /** Of the run, as in the deployment log. */
  readonly run: string | null;
  /** Who served before the run, and where the release goes. */
  readonly slots: { readonly from: string | null; readonly to: string | null };
  /** Tags. */
  readonly release: { readonly previous: string | null; readonly next: string | null };
  readonly at: string;
  readonly step?: StepName;
  readonly state?: 'started' | 'done' | 'failed';
  /** Milliseconds that the step took. */
  readonly ms?: number;
  /** Of `deployment.switched`: who serves from now on; after `deployment.turning-back` that is who served before. */
  readonly serves?: string | null;
  readonly reason?: string;
  /** Of the last one: as the deployment log has it. `outcome` tells `undone` (as before the run) from `stranded` (somebody must look). */
  readonly record?: DeploymentRecord;
}

type Said = Pick<Notification, 'event'> & Partial<Notification>;

/** Turns what the engine tells of one run into notifications, in order. */
export class Narration {
  readonly #about: About;
  readonly #clock: Clock;
  readonly #warned = new Set<string>();
  #slots: Notification['slots'] = { from: null, to: null };
  #release: Notification['release'] = { previous: null, next: null };
  /** null: it is not planned yet, or another process did that. */
  #run: string | null = null;
  #started = false;
  /** Why it went back; undefined: it did not. */
  #back: string | undefined;

  constructor(about: About, clock: Clock) {
    this.#about = about;
    this.#clock = clock;
  }

  of(event: RolloutEvent): readonly Notification[] {
    return this.#said(event).map((said) => ({
      ...{ event: said.event, run: this.#run, ...this.#about },
      ...{ slots: this.#slots, release: this.#release, at: new Date(this.#clock.now()).toISOString() },
      ...said,
    }));
  }

  #said(event: RolloutEvent): readonly Said[] {
    switch (event.type) {
      case 'planned':
        this.#run = event.id;
        this.#slots = { from: event.from, to: event.to };
        this.#release = { previous: event.previous, next: event.next };
        return this.#start();
      case 'step-started': {
        // A run that is gone on with was planned by another process, and is not planned again.
        const goesOn = this.#about.kind === 'resume' || this.#about.kind === 'abort';
        return [...(goesOn ? this.#start() : []), { event: 'deployment.step', step: event.step, state: 'started' }];
      }
      case 'step-done': {
        const { step, ms } = event;
        const done: Said = { event: 'deployment.step', step, state: 'done', ms };
        if (step !== 'switch') return [done];
        return [done, { event: 'deployment.switched', step, ms, serves: this.#back === undefined ? this.#slots.to : this.#slots.from }];
      }
      case 'step-failed':
        return [{ event: 'deployment.step', step: event.step, state: 'failed', ms: event.ms, reason: event.detail }];
      case 'watched':
        return event.measures.flatMap(({ name, verdict, figure }) => {
          const over = verdict === 'soft' || verdict === 'hard';
          return over && this.#first(`${name} ${verdict}`) ? [this.#warning(event.step, `${name} (${verdict} limit): ${figure}`)] : [];
        });
      case 'turning-back':
        this.#back = event.reason;
        return [{ event: 'deployment.turning-back', reason: event.reason }];
      case 'closed':
        return [this.#end(event.record)];
      case 'gate':
      case 'note':
        return [];
    }
  }

  #start(): readonly Said[] {
    if (this.#started) return [];
    this.#started = true;
    return [{ event: 'deployment.started' }];
  }

  #first(warning: string): boolean {
    if (this.#warned.has(warning)) return false;
    this.#warned.add(warning);
    return true;
  }

  #warning(step: StepName, reason: string): Said {
    return { event: 'deployment.warning', step, reason };
  }

  #end(record: DeploymentRecord): Said {
    const { from, to } = this.#slots;
    const slots = { from: from ?? record.slots.before, to: to ?? record.switch?.slot ?? null };
    const known = { run: record.id, slots, release: { previous: record.version.previous, next: record.version.next }, record };
    if (record.outcome === 'done') return { event: 'deployment.succeeded', ...known };
    return { event: 'deployment.failed', ...known, reason: this.#back ?? record.issues.at(-1) ?? `it ended ${record.outcome}` };
  }
}
