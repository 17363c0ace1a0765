import type { IncomingHttpHeaders } from 'node:http';
import { CLIENT_RELEASE_HEADER, PAGE_ID_HEADER } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Gauge, Histogram, Registry } from 'prom-client';
import { Debits } from '../ledger/debits.ts';
import { PageBook } from '../ledger/page-book.ts';
import { HttpInFlight } from '../realtime/ports.ts';

/** A request as it comes in. */
export interface Incoming {
  readonly id: string;
  readonly method: string;
  /** The pattern, not the address. */
  readonly route: string;
  readonly headers: IncomingHttpHeaders;
}

/** A request under way; `item` is its id, made unique where a client sent the same one twice at once. */
export interface UnderWay {
  readonly item: string;
  readonly method: string;
  readonly route: string;
  /** For people: method and route. */
  readonly what: string;
}

/** The requests of the public port: which are under way, and how long the answered ones took. */
@Injectable()
export class Requests extends HttpInFlight {
  readonly #duration: Histogram<'method' | 'route' | 'status'>;
  readonly #debits: Debits;
  readonly #pages: PageBook;
  readonly #underWay = new Map<string, UnderWay>();
  #inFlight = 0;
  #whenNone: (() => void)[] = [];

  constructor(@Inject(Registry) metrics: Registry, @Inject(Debits) debits: Debits, @Inject(PageBook) pages: PageBook) {
    super();
    this.#debits = debits;
    this.#pages = pages;
    this.#duration = new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Answered requests of the public port',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10],
      registers: [metrics],
    });
    new Gauge({
      name: 'http_requests_in_flight',
      help: 'Requests of the public port that are not answered yet',
      registers: [metrics],
      collect: this.#collector(),
    });
  }

  override count(): number {
    return this.#inFlight;
  }

  underWay(): readonly UnderWay[] {
    return [...this.#underWay.values()];
  }

  begin({ id, method, route, headers }: Incoming): UnderWay {
    this.#pages.see(headers[PAGE_ID_HEADER], headers[CLIENT_RELEASE_HEADER]);
    this.#inFlight += 1;
    let item = id;
    while (this.#underWay.has(item)) item += '+';
    const request = { item, method, route, what: `${method} ${route}` };
    this.#underWay.set(item, request);
    return request;
  }

  /** `seconds` since the request came; `answered` false: its client went away before. */
  end({ item, method, route, what }: UnderWay, status: number, seconds: number, answered: boolean): void {
    this.#inFlight -= 1;
    this.#underWay.delete(item);
    this.#debits.ended('request', item, answered ? 'finished' : 'left', `${what} ${status}`);
    this.#duration.observe({ method, route, status }, seconds);
    if (this.#inFlight > 0) return;
    for (const resolve of this.#whenNone.splice(0)) resolve();
  }

  /** Resolves as soon as no request is under way. */
  none(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#inFlight === 0) resolve();
      else this.#whenNone.push(resolve);
    });
  }

  #collector(): (this: Gauge) => void {
    const count = (): number => this.count();
    return function (this: Gauge) {
      this.set(count());
    };
  }
}
