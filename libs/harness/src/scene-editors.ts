import { until } from '@devplatform/embedded';
import { SceneEditor, type Acknowledged, type EditorRecord } from './scene-editor.ts';

export interface EditorLoad {
  readonly publicUrl: string;
  readonly token: string;
  readonly sceneIds: readonly string[];
  readonly editorsPerScene: number;
  /** Of all editors together. */
  readonly editsPerSecond: number;
}

export interface EditorsReport {
  readonly editors: readonly EditorRecord[];
  /** One entry an edit: when it was made, and milliseconds until it was acknowledged. */
  readonly acks: readonly Acknowledged[];
}

const TICK_MS = 10;
const ARRIVAL_DEADLINE_MS = 60_000;
const SETTLE_DEADLINE_MS = 30_000;

/** Many editors in scenes of a few, in one process, over the session library that the page uses. */
export class SceneEditors {
  readonly #load: EditorLoad;
  readonly #editors: SceneEditor[] = [];
  readonly #acks: Acknowledged[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(load: EditorLoad) {
    this.#load = load;
  }

  /** Connects everybody, puts one object each into the scene and starts to edit. */
  async start(): Promise<void> {
    const { publicUrl, token, sceneIds, editorsPerScene, editsPerSecond } = this.#load;
    for (const sceneId of sceneIds) {
      for (let i = 0; i < editorsPerScene; i += 1) {
        this.#editors.push(new SceneEditor({ publicUrl, token, sceneId, acks: this.#acks }));
      }
    }
    await until(() => this.#editors.every((editor) => editor.live), { what: 'all editors to be live', deadlineMs: ARRIVAL_DEADLINE_MS });
    for (const editor of this.#editors) editor.addObject();
    const begin = performance.now();
    let made = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - begin) * editsPerSecond) / 1000);
      for (; made < due; made += 1) this.#editors[made % this.#editors.length]?.moveSomething(made);
    }, TICK_MS);
  }

  /** Everybody has had an edit acknowledged that was made after the moment (milliseconds since 1970), and is live. */
  allSavedSince(moment: number): boolean {
    return this.#editors.every((editor) => editor.live && editor.savedUpTo > moment);
  }

  /** For each editor: the slot that it is connected to now; null where it has no usable connection. */
  whereabouts(): readonly (string | null)[] {
    return this.#editors.map((editor) => editor.slot);
  }

  /** Edits that were acknowledged so far. */
  count(): number {
    return this.#acks.length;
  }

  /** Stops editing, waits until everything is committed and every editor of a scene has seen it, and says what happened. */
  async stop(): Promise<EditorsReport> {
    clearInterval(this.#timer);
    const settled = (): boolean => this.#editors.every((editor) => editor.saved) && this.#scenesAgree();
    // What did not settle is what the verdict is about: the hashes and the unacknowledged edits say it.
    await until(settled, { what: 'all edits to be committed and seen by all', deadlineMs: SETTLE_DEADLINE_MS, everyMs: 200 }).catch(
      () => undefined,
    );
    const report = { editors: this.#editors.map((editor) => editor.record()), acks: this.#acks };
    await Promise.all(this.#editors.map((editor) => editor.close()));
    return report;
  }

  #scenesAgree(): boolean {
    const hashes = new Set(this.#editors.map((editor) => `${editor.sceneId} ${editor.stateHash()}`));
    return hashes.size === this.#load.sceneIds.length;
  }
}
