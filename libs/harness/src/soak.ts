import type { Slot } from '@devplatform/contracts';
import { otherSlot } from '@devplatform/contracts';
import { now } from './clock.ts';
import { Crowd } from './crowd.ts';
import type { CommandEvent, Deployment, LocalEnvironment } from './environment.ts';
import type { Evidence } from './evidence.ts';
import { reasonOf } from './exchange.ts';
import { faultsOf, type SoakFault } from './soak-fault.ts';
import type { Timeline } from './timeline.ts';

export interface SoakPlan {
  /** Moves of the traffic, back to back. */
  readonly rounds: number;
  /** Decides the order of the faults. */
  readonly seed: number;
  readonly scenes: number;
  readonly editorsPerScene: number;
  readonly editsPerSecond: number;
  readonly requestsPerSecond: number;
  /** Spread evenly over the rounds. */
  readonly largeUploads: number;
  readonly largeBytes: number;
  readonly jobs: number;
  readonly jobBytes: number;
}

/** The load of the "Must show". */
export const SOAK: SoakPlan = {
  ...{ rounds: 30, seed: 1, scenes: 10, editorsPerScene: 10, editsPerSecond: 500, requestsPerSecond: 20 },
  ...{ largeUploads: 8, largeBytes: 100_000_000, jobs: 200, jobBytes: 300_000 },
};

/** One move, with what went wrong on purpose. Times in milliseconds since 1970. */
export interface SoakRound {
  readonly number: number;
  readonly move: 'deploy' | 'rollback';
  readonly timeline: Timeline;
  readonly fault: (Pick<SoakFault, 'name' | 'when'> & { readonly at: number; readonly mended: number }) | null;
}

export interface SoakReport {
  readonly plan: SoakPlan;
  readonly rounds: readonly SoakRound[];
  /** Why it ended before its last round: a move that the command line did not call a success. */
  readonly failure: string | null;
  readonly evidence: Evidence;
}

/** A fault comes in every round that this divides. */
const FAULT_EVERY = 3;
/** A whole deployment, with its gates, in every round of which this leaves one; the others go back to the slot that waits. */
const DEPLOY_EVERY = 10;
const STEADY_SECONDS = 2;
/** Megabytes per second; so an upload of 100 MB is under way for several rounds. */
const BANDWIDTH = 6;

/** Moves the traffic again and again under load while things break, and gathers what everybody saw. */
export async function soak(environment: LocalEnvironment, plan: SoakPlan, tell: (round: SoakRound) => void): Promise<SoakReport> {
  await using crowd = await Crowd.gather(environment, plan);
  const faults = faultsOf(plan.seed, Math.floor(plan.rounds / FAULT_EVERY));
  const rounds: SoakRound[] = [];
  let failure: string | null = null;
  await crowd.goesOnFor(plan.requestsPerSecond * STEADY_SECONDS);
  while (rounds.length < plan.rounds && failure === null) {
    const number = rounds.length + 1;
    await crowd.uploads(filesOf(plan, number));
    await crowd.goesOnFor(plan.requestsPerSecond * STEADY_SECONDS);
    const fault = number % FAULT_EVERY === 0 ? (faults[number / FAULT_EVERY - 1] ?? null) : null;
    try {
      const round = await new Round(environment, crowd, number, fault).play();
      rounds.push(round);
      tell(round);
    } catch (error) {
      // What everybody saw until then is still worth more than a stack trace.
      failure = `round ${number} (${fault?.name ?? 'no fault'}): ${reasonOf(error)}`;
    }
  }
  await crowd.goesOnFor(plan.requestsPerSecond * STEADY_SECONDS);
  return { plan, rounds, failure, evidence: await crowd.evidence() };
}

class Round {
  readonly #environment: LocalEnvironment;
  readonly #crowd: Crowd;
  readonly #number: number;
  readonly #fault: SoakFault | null;
  #happened: SoakRound['fault'] = null;

  constructor(environment: LocalEnvironment, crowd: Crowd, number: number, fault: SoakFault | null) {
    this.#environment = environment;
    this.#crowd = crowd;
    this.#number = number;
    this.#fault = fault;
  }

  async play(): Promise<SoakRound> {
    const { active, slots } = await this.#environment.describe();
    if (active === null) throw new Error(`no slot is active before round ${this.#number}`);
    if (this.#fault?.when === 'between') await this.#break(this.#fault, active);
    const to = otherSlot(active);
    const breaking: Promise<void>[] = [];
    const onEvent = (event: CommandEvent): void => {
      if (this.#fault?.when === 'moving' && event.type === 'step-done' && event.step === 'drain')
        breaking.push(this.#break(this.#fault, to));
    };
    const deploys = this.#number % DEPLOY_EVERY === 1;
    const next = slots[active].release === 'v1.2.0' ? 'v1.3.0' : 'v1.2.0';
    const move = (): Promise<Deployment> => (deploys ? this.#environment.deploy(to, next, onEvent) : this.#environment.rollback(onEvent));
    const timeline = await this.#crowd.lives(this.#number === 1 ? 'switch' : 'rollback', move);
    await Promise.all(breaking);
    return { number: this.#number, move: deploys ? 'deploy' : 'rollback', timeline, fault: this.#happened };
  }

  async #break(fault: SoakFault, active: Slot): Promise<void> {
    const at = now();
    await fault.happen(this.#environment, active);
    await this.#crowd.isLive();
    this.#happened = { name: fault.name, when: fault.when, at, mended: now() };
  }
}

/** What begins in a round: its share of the jobs, and now and then a large upload. */
function filesOf(plan: SoakPlan, round: number) {
  const share = (total: number): number => Math.floor((total * round) / plan.rounds) - Math.floor((total * (round - 1)) / plan.rounds);
  const seed = round * 1000;
  return [
    ...Array.from({ length: share(plan.largeUploads) }, (_, i) => ({
      ...{ fileName: 'large.glb', content: { bytes: plan.largeBytes, seed: seed + 500 + i }, bandwidth: BANDWIDTH },
    })),
    ...Array.from({ length: share(plan.jobs) }, (_, i) => ({ fileName: 'job.glb', content: { bytes: plan.jobBytes, seed: seed + i } })),
  ];
}
