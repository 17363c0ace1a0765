/**
 * Runs at most `limit` at the same time; the others wait in turn. A switch brings hundreds of hellos within two seconds:
 * none of what this room does may take all connections of the database's pool and make the rest of the slot wait.
 */
export class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Handed over directly, so that nobody overtakes who waits.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
