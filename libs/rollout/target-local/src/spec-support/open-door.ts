import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Slot } from '@devplatform/contracts';
import { FrontDoorAdmin } from '../front-door-admin.ts';
import { FrontDoorClient } from '../front-door-client.ts';
import { FrontDoor } from '../front-door.ts';
import { RoutingTable, type RoutingRecord } from '../routing-table.ts';
import { TemporaryFolder } from './temporary-folder.ts';
import { Upstream } from './upstream.ts';

export const TOKEN = 'a token that is long enough for a test';

/** A front door in this process, with its administration and three upstreams: blue, green and the store. */
export class OpenDoor implements AsyncDisposable {
  readonly url: string;
  readonly file: string;
  readonly door: FrontDoor;
  readonly client: FrontDoorClient;
  readonly upstreams: Readonly<Record<Slot | 'store', Upstream>>;
  readonly #release: AsyncDisposableStack;

  private constructor(parts: Pick<OpenDoor, 'url' | 'file' | 'door' | 'client' | 'upstreams'>, release: AsyncDisposableStack) {
    this.url = parts.url;
    this.file = parts.file;
    this.door = parts.door;
    this.client = parts.client;
    this.upstreams = parts.upstreams;
    this.#release = release;
  }

  static async start(): Promise<OpenDoor> {
    const release = new AsyncDisposableStack();
    const file = join(release.use(new TemporaryFolder()).path, 'front-door.json');
    const upstreams = {
      blue: release.use(await Upstream.start('blue')),
      green: release.use(await Upstream.start('green')),
      store: release.use(await Upstream.start('store')),
    };
    const record: RoutingRecord = { port: 0, adminPort: 0, active: null, previous: null, routes: null, generation: 0, fence: 0 };
    writeFileSync(file, JSON.stringify(record));
    const table = new RoutingTable(file);
    const door = new FrontDoor(table, { endpoint: upstreams.store.url, bucket: 'devplatform' });
    const admin = new FrontDoorAdmin(table, door, TOKEN);
    const url = `http://127.0.0.1:${await door.listen(0)}`;
    release.defer(() => door.close(1000));
    const client = new FrontDoorClient(`http://127.0.0.1:${await admin.listen(0)}`, TOKEN);
    release.defer(() => admin.close());
    return new OpenDoor({ url, file, door, client, upstreams }, release);
  }

  /** Through the administration, as a deployment does it. */
  async activate(slot: Slot, fence = 1): Promise<void> {
    const { url } = this.upstreams[slot];
    await this.client.activate({ slot, routes: { backend: url, frontend: url }, fence });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#release.disposeAsync();
  }
}
