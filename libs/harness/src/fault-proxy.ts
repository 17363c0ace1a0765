import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { FaultLane, type LaneFault } from './fault-lane.ts';

/** `up` is towards the server. */
export type Direction = 'up' | 'down';

const NO_FAULT: LaneFault = { stalled: false, delayMs: 0 };
const BOTH: readonly Direction[] = ['up', 'down'];

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  readonly lanes: readonly FaultLane[];
}

/**
 * A piece of network between two parts, on a loopback port of its own, that can be made to fail: real sockets, so each end sees what a
 * real fault looks like. Healthy until told otherwise; `pass` heals it.
 */
export class FaultProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #upstream: () => string | null;
  readonly #connections = new Set<Connection>();
  readonly #faults: Record<Direction, LaneFault> = { up: NO_FAULT, down: NO_FAULT };
  #port = 0;
  #accepted = 0;

  private constructor(upstream: () => string | null) {
    this.#upstream = upstream;
    // Each direction ends by itself, as in a network.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      this.#accept(client);
    });
  }

  /** `upstream` is a URL whose host and port count, asked for at each connection so that it may move; null resets the connection. */
  static async open(upstream: () => string | null): Promise<FaultProxy> {
    const proxy = new FaultProxy(upstream);
    await proxy.#listen();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that are open now, and those that were accepted since the beginning. */
  get connections(): { readonly open: number; readonly accepted: number } {
    return { open: this.#connections.size, accepted: this.#accepted };
  }

  /** `url` with this proxy in place of its host and port. */
  in(url: string): string {
    const through = new URL(url);
    through.host = `127.0.0.1:${this.port}`;
    return through.href.replace(/\/$/, '');
  }

  /** No fault any more; what was held is carried. */
  async pass(): Promise<void> {
    this.#set(BOTH, NO_FAULT);
    if (!this.#server.listening) await this.#listen();
  }

  /** Ends every connection in order (FIN to both ends). New ones pass. Returns how many there were. */
  cut(): number {
    return this.#each(({ client, server }) => {
      client.destroy();
      server.destroy();
    });
  }

  /** Ends every connection with a reset (RST to both ends). New ones pass. Returns how many there were. */
  reset(): number {
    return this.#each(({ client, server }) => {
      client.resetAndDestroy();
      server.resetAndDestroy();
    });
  }

  /** Nobody listens any more: ECONNREFUSED. Open connections stay. */
  refuse(): void {
    this.#server.close();
  }

  /** Accepts and carries nothing, like a cable that was pulled. */
  stall(...directions: readonly Direction[]): void {
    this.#set(directions.length > 0 ? directions : BOTH, { stalled: true, delayMs: 0 });
  }

  /** Carries everything `ms` late, in order. */
  delay(ms: number, ...directions: readonly Direction[]): void {
    this.#set(directions.length > 0 ? directions : BOTH, { stalled: false, delayMs: ms });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined;
    this.#server.close();
    this.cut();
    await closed;
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    client.on('error', () => undefined);
    const upstream = this.#upstream();
    if (upstream === null) {
      client.resetAndDestroy();
      return;
    }
    const { hostname: host, port } = new URL(upstream);
    const server = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
    const lanes = [new FaultLane(client, server, () => this.#faults.up), new FaultLane(server, client, () => this.#faults.down)];
    const connection = { client, server, lanes };
    this.#connections.add(connection);
    this.#join(connection, client, server);
    this.#join(connection, server, client);
  }

  /** What ends one side ends the other in the same way. */
  #join(connection: Connection, one: Socket, other: Socket): void {
    one.on('error', () => {
      other.resetAndDestroy();
    });
    one.once('close', () => {
      this.#connections.delete(connection);
      other.destroySoon();
    });
  }

  #set(directions: readonly Direction[], fault: LaneFault): void {
    for (const direction of directions) this.#faults[direction] = fault;
    for (const { lanes } of this.#connections) for (const lane of lanes) lane.carry();
  }

  #each(end: (connection: Connection) => void): number {
    const connections = [...this.#connections];
    connections.forEach(end);
    return connections.length;
  }
}
