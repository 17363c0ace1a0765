import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, stopPart } from '@devplatform/embedded';
import { Client } from 'pg';

/** A PostgreSQL of a spec's own, and a connection to it; both end with `await using` or by hand. */
export class ScratchPostgres implements AsyncDisposable {
  readonly client: Client;
  readonly #folder: string;

  private constructor(folder: string, url: string) {
    this.#folder = folder;
    this.client = new Client({ connectionString: url });
  }

  static async start(): Promise<ScratchPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'migration-check-'));
    const scratch = new ScratchPostgres(folder, await startPostgres(folder));
    await scratch.client.connect();
    return scratch;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.end();
    await stopPart(this.#folder, 'postgres');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
