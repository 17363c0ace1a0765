import { until } from '@devplatform/embedded';
import { auditAnnotations } from './annotation-audit.ts';
import { now } from './clock.ts';
import type { Deployment, LocalEnvironment } from './environment.ts';
import type { Evidence, Move } from './evidence.ts';
import { auditJobs } from './job-audit.ts';
import { auditJournal } from './journal-audit.ts';
import { ledgerOf } from './ledger.ts';
import { ObserverProcess } from './observer-process.ts';
import { Platform } from './platform.ts';
import { SlotCensus } from './slot-census.ts';
import { databaseHashes, editorHashes, slotHashes } from './state-hash.ts';
import { storedHashes } from './stored-object.ts';
import { seenByClients, type MoveName, type Timeline } from './timeline.ts';
import type { UploadFile } from './uploader.ts';

export interface CrowdSize {
  readonly requestsPerSecond: number;
  readonly scenes: number;
  readonly editorsPerScene: number;
  /** Of all editors together. */
  readonly editsPerSecond: number;
}

/** The people who work while others deploy: each kind in a process of its own, and the slots' own counts beside them. */
export class Crowd implements AsyncDisposable {
  readonly #environment: LocalEnvironment;
  readonly #projectId: string;
  readonly #sceneIds: readonly string[];
  readonly #things = new AsyncDisposableStack();
  readonly #http: ObserverProcess<'http'>['observer'];
  readonly #editors: ObserverProcess<'editors'>['observer'];
  readonly #uploads: ObserverProcess<'uploads'>['observer'];
  readonly #census: SlotCensus;
  readonly #timelines: Timeline[] = [];
  #began = 0;

  private constructor(environment: LocalEnvironment, size: CrowdSize, projectId: string, sceneIds: readonly string[], token: string) {
    this.#environment = environment;
    this.#projectId = projectId;
    this.#sceneIds = sceneIds;
    const common = { publicUrl: environment.publicUrl, token, projectId };
    const { requestsPerSecond: perSecond, editorsPerScene, editsPerSecond } = size;
    this.#http = this.#things.use(new ObserverProcess('http', { ...common, perSecond })).observer;
    this.#editors = this.#things.use(new ObserverProcess('editors', { ...common, sceneIds, editorsPerScene, editsPerSecond })).observer;
    this.#uploads = this.#things.use(new ObserverProcess('uploads', common)).observer;
    this.#census = this.#things.use(new SlotCensus(() => Promise.resolve(environment.slots())));
  }

  /** Registers somebody, makes a project with scenes, and lets everybody begin. */
  static async gather(environment: LocalEnvironment, size: CrowdSize): Promise<Crowd> {
    const platform = await Platform.register(environment.publicUrl);
    const project = await platform.createProject('A crowd at work', 'public');
    const scenes = Array.from({ length: size.scenes }, (_, i) => platform.createScene(project.id, `Scene ${i + 1}`));
    const sceneIds = (await Promise.all(scenes)).map(({ id }) => id);
    const crowd = new Crowd(environment, size, project.id, sceneIds, platform.token);
    try {
      await crowd.#editors.start();
      await crowd.#http.start();
      crowd.#began = now();
      return crowd;
    } catch (error) {
      await crowd[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Returns when that many requests and that many edits were answered in all. */
  async reaches(counts: { readonly requests?: number; readonly edits?: number }): Promise<void> {
    await until(async () => (await this.#http.count()) >= (counts.requests ?? 0) && (await this.#editors.count()) >= (counts.edits ?? 0), {
      what: `${counts.requests ?? 0} requests and ${counts.edits ?? 0} edits to be answered`,
      deadlineMs: 180_000,
      everyMs: 100,
    });
  }

  /** Returns after that many more requests. */
  async goesOnFor(requests: number): Promise<void> {
    await this.reaches({ requests: (await this.#http.count()) + requests });
  }

  /** Returns when every editor has a usable connection: one that carried an edit made from now on. */
  async isLive(): Promise<void> {
    const since = now();
    await until(() => this.#editors.allSavedSince(since), { what: 'every editor to be live', deadlineMs: 30_000 });
  }

  /** Starts uploads; those that are held stop short of their completion. */
  uploads(files: readonly UploadFile[]): Promise<void> {
    return this.#uploads.begin(files);
  }

  /** Lets go of held uploads so that this many of them are unfinished jobs, as long as there are any. */
  keepJobs(count: number): Promise<void> {
    return this.#uploads.keepJobs(count);
  }

  /** Moves the traffic as `how` does and notes when what happened. */
  async lives(move: MoveName, how: () => Promise<Deployment>): Promise<Timeline> {
    const { handoverId, from, to, asked, decided, told, proven, ended } = await how();
    const drained = await until(() => this.#census.emptyAfter(from, told)?.at, { what: `${from} to be empty`, deadlineMs: 5000 }).catch(
      () => null,
    );
    const timeline: Timeline = { move, handoverId, from, to, asked, decided, told, proven, drained, ended };
    this.#timelines.push(timeline);
    return timeline;
  }

  /** Ends the work in order and gathers what everybody saw, the slots and the database included. */
  async evidence(): Promise<Evidence> {
    const uploads = await this.#uploads.finish();
    const requests = await this.#http.stop();
    const ended = now();
    const editors = await this.#editors.stop();
    const { databaseUrl, s3 } = await this.#environment.parts();
    const slots = Object.entries(this.#environment.slots()).flatMap(([slot, at]) => (at === null ? [] : [{ slot, at }]));
    const jobs = await auditJobs(databaseUrl, [this.#projectId]);
    const slotLedgers = await Promise.all(this.#timelines.map(({ handoverId }) => this.#environment.ledger(handoverId)));
    const deaths = this.#environment.deaths();
    const moves = this.#timelines.map((timeline, i): Move => {
      const end = this.#timelines[i + 1]?.told ?? Infinity;
      return {
        timeline,
        seen: seenByClients(timeline, requests, end),
        ledger: ledgerOf(timeline, { requests, editors: editors.editors, uploads, jobs, slots: slotLedgers[i] ?? null, deaths }, end),
      };
    });
    return {
      ...{ began: this.#began, ended, requests, editors, uploads, jobs, moves },
      storedHashes: await storedHashes(
        databaseUrl,
        s3,
        uploads.map(({ uploadId }) => uploadId),
      ),
      annotations: await auditAnnotations(databaseUrl, this.#projectId, requests),
      journal: await auditJournal(databaseUrl, editors.editors),
      hashes: [
        ...editorHashes(editors.editors),
        ...(await Promise.all(slots.map(({ slot, at }) => slotHashes(slot, at, this.#sceneIds)))).flat(),
        ...(await databaseHashes(databaseUrl, this.#sceneIds)),
      ],
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#things.disposeAsync();
  }
}
