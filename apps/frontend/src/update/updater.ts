import type { ServerSeen } from '../api/server-seen.ts';
import { isSafe, whenSafe } from '../safe-point.ts';
import { Store } from '../store.ts';
import { updateFor, type Update } from './update.ts';

/** What the updater needs of the browser. */
export interface Surroundings {
  readonly page: string;
  /** Of this tab; survives its reloads. */
  readonly marks: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly isHidden: () => boolean;
  readonly isTyping: () => boolean;
  /** Whether the page could be loaded now. */
  readonly isReachable: () => Promise<boolean>;
  readonly reload: () => void;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface UpdateState extends Update {
  /** This tab was reloaded for it already and is as it was: it is not reloaded for it again by itself. */
  readonly tried: boolean;
}

const MARK = 'devplatform.reloaded-for';
/** Pages that nobody looks at do not all reload in the moment of a switch. Milliseconds. */
const SPREAD_MS = 3000;

const markOf = ({ need, release }: Update): string => `${need} ${release}`;

/**
 * Brings this tab to the release that the platform runs: offers it, and takes it by itself only at a safe point (nobody looks,
 * nothing is unsaved, nothing is half typed). A page that is too old saves what is open and is then reloaded, seen or not.
 */
export class Updater {
  readonly state: Store<UpdateState>;
  readonly #around: Surroundings;
  #server: ServerSeen | null = null;
  #lacksPart = false;
  #notBefore = 0;
  #isTaking = false;

  constructor(around: Surroundings) {
    this.#around = around;
    this.state = new Store<UpdateState>({ need: 'none', release: '', tried: false });
  }

  /** An answer came from this server. */
  hear(server: ServerSeen | null): void {
    this.#server = server;
    this.#consider();
  }

  /** A part of this page could be loaded from nowhere. */
  lacksPart(): void {
    this.#lacksPart = true;
    this.#consider();
  }

  /** At the user's word. Rejects, and reloads nothing, when open work cannot be saved or the platform cannot be reached. */
  async take(): Promise<void> {
    await this.#reloadIf(() => true);
  }

  /** To be called now and then: looks whether this is a safe point. */
  async look(): Promise<void> {
    if (this.#isTaking || !this.#isDue()) return;
    this.#isTaking = true;
    try {
      // Saving may take long; then the user may be typing, or the release may have been taken back.
      await this.#reloadIf(() => this.#isDue());
    } catch {
      // It stays offered, and the next look tries again.
    } finally {
      this.#isTaking = false;
    }
  }

  #isDue(): boolean {
    const { need, tried } = this.state.current();
    if (need === 'none' || tried || performance.now() < this.#notBefore || this.#around.isTyping()) return false;
    return need === 'required' || (this.#around.isHidden() && isSafe());
  }

  async #reloadIf(isWanted: () => boolean): Promise<void> {
    if (!(await this.#around.isReachable()))
      throw new Error('The platform cannot be reached; nothing was reloaded. Try again in a moment.');
    await whenSafe();
    if (!isWanted()) return;
    this.#around.marks.setItem(MARK, markOf(this.state.current()));
    this.#around.reload();
  }

  #consider(): void {
    const update = updateFor(this.#around.page, this.#server, this.#lacksPart);
    const before = this.state.current();
    if (markOf(update) === markOf(before)) return;
    const mark = this.#around.marks.getItem(MARK);
    // A part that is missing shows only later, when the page wants it again.
    if (update.need === 'none' && mark?.startsWith('repair') === false) this.#around.marks.removeItem(MARK);
    this.#notBefore = performance.now() + this.#around.random() * SPREAD_MS;
    this.state.set({ ...update, tried: mark === markOf(update) });
  }
}
