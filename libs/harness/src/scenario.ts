import type { CrowdSize } from './crowd.ts';
import { Crowd } from './crowd.ts';
import type { CommandEvent, LocalEnvironment } from './environment.ts';
import type { Evidence } from './evidence.ts';
import type { Timeline } from './timeline.ts';
import type { UploadFile } from './uploader.ts';

export interface Scenario {
  readonly size: CrowdSize;
  /** Of steady load before each move. */
  readonly steadySeconds: number;
  /** Requests that are answered in all before it ends. */
  readonly requests: number;
  /** Under way while the traffic is switched. */
  readonly upload: UploadFile;
  /** A stock of models: as many of them as `jobsUnderWay` are kept in the queue until the switch. */
  readonly jobs: readonly UploadFile[];
  readonly jobsUnderWay: number;
  /** Told as it happens, for those who watch. */
  readonly tell?: (news: News) => void;
}

export type News =
  | { readonly type: 'stage'; readonly stage: string }
  | { readonly type: 'step'; readonly event: CommandEvent }
  | { readonly type: 'moved'; readonly timeline: Timeline };

/**
 * v1.2.0 is live on blue. People work; v1.3.0 is deployed to green in the middle of it, taken back and put forward again.
 */
export async function switchUnderLoad(environment: LocalEnvironment, scenario: Scenario): Promise<Evidence> {
  const tell = scenario.tell ?? (() => undefined);
  const onEvent = (event: CommandEvent): void => {
    tell({ type: 'step', event });
  };
  const steady = scenario.size.requestsPerSecond * scenario.steadySeconds;

  tell({ type: 'stage', stage: 'people arrive and work on blue' });
  await using crowd = await Crowd.gather(environment, scenario.size);
  await crowd.goesOnFor(steady);

  tell({ type: 'stage', stage: 'v1.3.0 goes to green' });
  await crowd.uploads([scenario.upload, ...scenario.jobs.map((file) => ({ ...file, held: true }))]);
  const steered: Promise<void>[] = [];
  const steer = (event: CommandEvent): void => {
    if (event.type === 'step-started' && event.step === 'readiness') steered.push(crowd.keepJobs(scenario.jobsUnderWay));
    if (event.type === 'step-done' && event.step === 'switch') steered.push(crowd.keepJobs(0));
    onEvent(event);
  };
  tell({ type: 'moved', timeline: await crowd.lives('switch', () => environment.deploy('green', 'v1.3.0', steer)) });
  await Promise.all(steered);
  await crowd.goesOnFor(steady);

  tell({ type: 'stage', stage: 'back to blue' });
  tell({ type: 'moved', timeline: await crowd.lives('rollback', () => environment.rollback(onEvent)) });
  await crowd.goesOnFor(steady);

  tell({ type: 'stage', stage: 'forward again' });
  tell({ type: 'moved', timeline: await crowd.lives('forward', () => environment.rollback(onEvent)) });
  await crowd.reaches({ requests: scenario.requests });

  tell({ type: 'stage', stage: 'everybody stops, everything is counted' });
  return await crowd.evidence();
}
