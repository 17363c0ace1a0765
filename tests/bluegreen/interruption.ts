/**
 * Ctrl-C (SIGINT) and SIGTERM end what a proof has brought up, in order, and then the process; a command line that runs meanwhile hears
 * of a Ctrl-C by itself. At a second one the process ends at once, and the environment has to be ended by hand.
 */
export class Interruption {
  #end: (() => Promise<void>) | null = null;
  #told = false;

  constructor() {
    for (const name of ['SIGINT', 'SIGTERM'] as const)
      process.on(name, () => {
        void this.#interrupt();
      });
  }

  /** From now on this is what an interruption ends; `where` is named if somebody does not wait for it. */
  ends(environment: AsyncDisposable & { readonly home: string }): void {
    this.#end = async () => {
      console.error(`Stopping, and ending what runs in ${environment.home} …`);
      await environment[Symbol.asyncDispose]();
    };
  }

  async #interrupt(): Promise<void> {
    if (this.#told) process.exit(130);
    this.#told = true;
    await this.#end?.().catch((error: unknown) => {
      console.error(error);
    });
    // Where nothing is up yet, the command that brings it up was interrupted too, and whoever waits for it ends what it left.
    if (this.#end !== null) process.exit(130);
  }
}
