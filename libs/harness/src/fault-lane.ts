import type { Socket } from 'node:net';

/** What is done to the bytes of one direction, on every connection of a proxy. */
export interface LaneFault {
  /** Bytes are taken and kept, not carried. */
  readonly stalled: boolean;
  /** Milliseconds that each byte is late. */
  readonly delayMs: number;
}

/** Bytes that wait here before the sender is made to wait; real networks buffer about as much. */
const HELD_BYTES = 256 * 1024;

/** One direction of one connection: carries in order, late or not at all, and passes back-pressure on. */
export class FaultLane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #fault: () => LaneFault;
  readonly #held: { readonly chunk: Buffer; readonly dueAt: number }[] = [];
  #bytes = 0;
  #ended = false;
  #blocked = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, fault: () => LaneFault) {
    this.#from = from;
    this.#to = to;
    this.#fault = fault;
    from.on('data', (chunk: Buffer) => {
      this.#held.push({ chunk, dueAt: performance.now() + fault().delayMs });
      this.#bytes += chunk.length;
      this.carry();
      if (this.#bytes > HELD_BYTES) from.pause();
    });
    from.on('end', () => {
      this.#ended = true;
      this.carry();
    });
    to.on('drain', () => {
      this.#blocked = false;
      this.carry();
    });
    to.once('close', () => {
      clearTimeout(this.#timer);
    });
  }

  /** Carries what is due; called again when the fault changes. */
  carry(): void {
    clearTimeout(this.#timer);
    while (!this.#blocked && !this.#fault().stalled) {
      const [next] = this.#held;
      if (next === undefined) {
        if (this.#ended) this.#to.end();
        break;
      }
      const wait = next.dueAt - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => {
          this.carry();
        }, wait);
        break;
      }
      this.#held.shift();
      this.#bytes -= next.chunk.length;
      this.#blocked = !this.#to.write(next.chunk);
    }
    if (this.#bytes <= HELD_BYTES) this.#from.resume();
  }
}
