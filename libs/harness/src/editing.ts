import { until } from '@devplatform/embedded';
import { now } from './clock.ts';
import type { LocalEnvironment } from './environment.ts';
import { auditJournal } from './journal-audit.ts';
import { ObserverProcess } from './observer-process.ts';
import { Platform } from './platform.ts';
import type { EditorRecord } from './scene-editor.ts';
import type { EditorsReport } from './scene-editors.ts';
import { databaseHashes, disagreements, editorHashes, slotHashes } from './state-hash.ts';

export interface EditingSize {
  readonly scenes: number;
  readonly editorsPerScene: number;
  /** Of all editors together. */
  readonly editsPerSecond: number;
}

/** Milliseconds since 1970. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export interface EditingOutcome extends EditorsReport {
  readonly began: number;
  /** What broke of the promises that hold whatever happens; see `brokenOf`. */
  readonly broken: readonly string[];
}

/** Milliseconds that anything which is waited for here may take. */
const DEADLINE_MS = 60_000;

/** People who edit, in a process of their own, and the audit of what became of their edits. */
export class Editing implements AsyncDisposable {
  readonly sceneIds: readonly string[];
  readonly token: string;
  readonly #environment: LocalEnvironment;
  readonly #process: ObserverProcess<'editors'>;
  readonly #began = now();

  private constructor(environment: LocalEnvironment, size: EditingSize, token: string, sceneIds: readonly string[]) {
    this.#environment = environment;
    this.sceneIds = sceneIds;
    this.token = token;
    const { editorsPerScene, editsPerSecond } = size;
    this.#process = new ObserverProcess('editors', { publicUrl: environment.publicUrl, token, sceneIds, editorsPerScene, editsPerSecond });
  }

  /** Registers somebody, makes the scenes, and resolves when everybody is live and edits. */
  static async begin(environment: LocalEnvironment, size: EditingSize): Promise<Editing> {
    const platform = await Platform.register(environment.publicUrl);
    const project = await platform.createProject('People who edit');
    const scenes = await Promise.all(Array.from({ length: size.scenes }, (_, i) => platform.createScene(project.id, `Scene ${i + 1}`)));
    const ids = scenes.map(({ id }) => id);
    const editing = new Editing(environment, size, platform.token, ids);
    try {
      await editing.#process.observer.start();
      return editing;
    } catch (error) {
      await editing[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Edits that were acknowledged so far. */
  acknowledged(): Promise<number> {
    return this.#process.observer.count();
  }

  /** Returns after that many more edits were acknowledged. */
  async goesOnFor(edits: number): Promise<void> {
    const goal = (await this.acknowledged()) + edits;
    await until(async () => (await this.acknowledged()) >= goal, {
      what: `${edits} more edits to be acknowledged`,
      deadlineMs: DEADLINE_MS,
    });
  }

  /** Returns when as many editors are connected to `slot` (null: to none) as `holds` wants. */
  async until(slot: string | null, holds: (editors: number, all: number) => boolean): Promise<void> {
    const reached = async (): Promise<boolean> => {
      const all = await this.#process.observer.whereabouts();
      return holds(all.filter((at) => at === slot).length, all.length);
    };
    await until(reached, { what: `the right number of editors on ${slot ?? 'no slot'}`, deadlineMs: DEADLINE_MS, everyMs: 10 });
  }

  /** Everybody has a usable connection, wherever. */
  untilAllAreBack(): Promise<void> {
    return this.until(null, (offline) => offline === 0);
  }

  /** Stops editing, and says what everybody saw and what broke. */
  async finish(): Promise<EditingOutcome> {
    const report = await this.#process.observer.stop();
    return { ...report, began: this.#began, broken: await brokenOf(this.#environment, this.sceneIds, report.editors) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}

/**
 * What must hold whatever happened: every edit is committed, what was acknowledged is in the journal, each editor's edits are there once
 * and without a gap, and all editors, both slots and the database see one state of each scene. Empty: it holds.
 */
export async function brokenOf(
  environment: LocalEnvironment,
  sceneIds: readonly string[],
  editors: readonly Pick<EditorRecord, 'sceneId' | 'sessionId' | 'clientId' | 'edits' | 'acked' | 'rejected' | 'stateHash'>[],
): Promise<readonly string[]> {
  const { databaseUrl } = await environment.parts();
  const { lost, doubled, holes } = await auditJournal(databaseUrl, editors);
  const slots = Object.entries(environment.slots()).flatMap(([slot, at]) => (at === null ? [] : [{ slot, at }]));
  return [
    ...editors
      .filter(({ edits, acked }) => edits > acked)
      .map(({ sessionId }) => `session ${sessionId} has edits that were never committed`),
    ...editors.flatMap(({ sessionId, rejected }) => rejected.map((code) => `an edit of session ${sessionId} was rejected: ${code}`)),
    ...lost,
    ...doubled,
    ...holes,
    ...disagreements([
      ...editorHashes(editors),
      ...(await Promise.all(slots.map(({ slot, at }) => slotHashes(slot, at, sceneIds)))).flat(),
      ...(await databaseHashes(databaseUrl, sceneIds)),
    ]),
  ];
}
