import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FrontDoor } from './front-door.ts';
import type { FrontDoorState } from './front-door-client.ts';
import { answerProblem } from './problem.ts';
import { Activation, RefusedActivation, type RoutingTable } from './routing-table.ts';

/** `GET /state` and `PUT /active`, on a loopback port of its own, with a bearer token. */
export class FrontDoorAdmin {
  readonly #table: RoutingTable;
  readonly #door: FrontDoor;
  readonly #token: Buffer;
  readonly #server: Server;

  constructor(table: RoutingTable, door: FrontDoor, token: string) {
    this.#table = table;
    this.#door = door;
    this.#token = Buffer.from(`Bearer ${token}`);
    this.#server = createServer({ requestTimeout: 5000, keepAliveTimeout: 75_000 }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        answerProblem(response, { status: 500, code: 'not-switched', detail: error instanceof Error ? error.message : String(error) });
      });
    });
  }

  /** Returns the port. */
  async listen(port: number): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) =>
      this.#server.close(() => {
        resolve();
      }),
    );
    this.#server.closeAllConnections();
    return closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = Buffer.from(request.headers.authorization ?? '');
    if (given.length !== this.#token.length || !timingSafeEqual(given, this.#token)) {
      answerProblem(response, { status: 401, code: 'unauthenticated', detail: 'The token of <home>/secrets.json is needed.' });
      return;
    }
    switch (`${request.method ?? ''} ${request.url ?? ''}`) {
      case 'GET /state':
        this.#answerState(response);
        break;
      case 'PUT /active':
        await this.#activate(request, response);
        break;
      default:
        answerProblem(response, { status: 404, code: 'not-found', detail: 'There is GET /state and PUT /active.' });
    }
  }

  async #activate(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const activation = Activation.safeParse(await json(request));
    if (!activation.success) {
      answerProblem(response, { status: 400, code: 'malformed', detail: activation.error.message });
      return;
    }
    try {
      await this.#table.activate(activation.data);
      this.#answerState(response);
    } catch (error) {
      if (!(error instanceof RefusedActivation)) throw error;
      answerProblem(response, { status: 409, code: error.code, detail: error.message });
    }
  }

  #answerState(response: ServerResponse): void {
    const { store, ...perSlot } = this.#door.traffic;
    const state: FrontDoorState = { ...this.#table.record, pid: process.pid, perSlot, store };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(state));
  }
}

async function json(request: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse(await text(request));
  } catch {
    return undefined;
  }
}
