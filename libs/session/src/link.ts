import { decodeFrame, encodeFrame, ServerMessage } from '@devplatform/contracts';
import type { ClientMessage, Frame, Hello, Welcome } from '@devplatform/contracts';

/** What a session needs of a WebSocket: the browser's, Node's and the one of the `ws` package all have it. */
export interface Socket {
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
}
export type SocketConstructor = new (url: string) => Socket;

export interface LinkOwner {
  /** May take its time, for instance to renew a token; a rejection loses the link. */
  hello(): Promise<Hello>;
  welcomed(link: Link, welcome: Welcome): void;
  received(link: Link, said: Frame | Exclude<ServerMessage, Welcome>): void;
  /** Called once, unless this side closed it. */
  lost(link: Link, code: number): void;
}

/** Milliseconds from opening the connection to its welcome. */
const WELCOME_WITHIN = 10_000;
/** The server says something at least every 10 s; a browser does not show its WebSocket pings. */
const SILENCE = 15_000;
const ABNORMAL = 1006;

/** One connection: hello and welcome, framing, liveness. It knows nothing of what came before or comes after it. */
export class Link {
  welcome: Welcome | undefined;
  readonly #socket: Socket;
  readonly #owner: LinkOwner;
  readonly #openedAt = performance.now();
  #heardAt = this.#openedAt;
  #welcomedAt = Infinity;
  #done = false;

  constructor(socket: Socket, owner: LinkOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      if (!this.#done) void this.#greet();
    });
    socket.addEventListener('message', ({ data }) => {
      this.#receive(data);
    });
    socket.addEventListener('close', ({ code }) => {
      this.#lose(code);
    });
    // Without a listener `ws` throws; `close` follows and says all.
    socket.addEventListener('error', () => undefined);
  }

  /** Milliseconds since the welcome; -Infinity without one. */
  get age(): number {
    return performance.now() - this.#welcomedAt;
  }

  send(message: ClientMessage | Frame): void {
    this.#socket.send('type' in message ? JSON.stringify(message) : (encodeFrame(message) as Uint8Array<ArrayBuffer>));
  }

  /** Leave; nothing of this link is heard any more. */
  close(): void {
    this.#done = true;
    this.#socket.close(1000);
  }

  /** Every few seconds: a link that is silent, or not welcome in time, is lost without waiting for TCP to notice. */
  tick(): void {
    const now = performance.now();
    const late = this.welcome === undefined && now - this.#openedAt > WELCOME_WITHIN;
    if (late || now - this.#heardAt > SILENCE) this.fail();
  }

  fail(): void {
    this.#lose(ABNORMAL);
    this.#socket.close();
  }

  async #greet(): Promise<void> {
    const hello = await this.#owner.hello().catch(() => undefined);
    if (this.#done) return;
    if (hello) this.send(hello);
    else this.fail();
  }

  #lose(code: number): void {
    if (this.#done) return;
    this.#done = true;
    this.#owner.lost(this, code);
  }

  #receive(data: unknown): void {
    if (this.#done) return;
    this.#heardAt = performance.now();
    const said = read(data);
    if (said === 'unreadable') this.fail();
    else if (said === 'unknown') return;
    else if ('kind' in said || said.type !== 'welcome') this.#owner.received(this, said);
    else {
      this.welcome = said;
      this.#welcomedAt = this.#heardAt;
      this.#owner.welcomed(this, said);
    }
  }
}

/** A newer server may say things that this release does not know; only a damaged stream is unreadable. */
function read(data: unknown): Frame | ServerMessage | 'unknown' | 'unreadable' {
  try {
    if (typeof data !== 'string') return decodeFrame(new Uint8Array(data as ArrayBuffer));
    return ServerMessage.safeParse(JSON.parse(data)).data ?? 'unknown';
  } catch {
    return 'unreadable';
  }
}
