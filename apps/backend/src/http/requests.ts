import { Inject, Injectable } from '@nestjs/common';
import { Gauge, Histogram, Registry } from 'prom-client';
import { HttpInFlight } from '../realtime/ports.ts';

/** The requests of the public port: how many are under way, and how long the answered ones took. */
@Injectable()
export class Requests extends HttpInFlight {
  readonly #duration: Histogram<'method' | 'route' | 'status'>;
  #inFlight = 0;
  #whenNone: (() => void)[] = [];

  constructor(@Inject(Registry) metrics: Registry) {
    super();
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

  begin(): void {
    this.#inFlight += 1;
  }

  /** `route` is the pattern, not the address; `seconds` since the request came. */
  end(labels: { readonly method: string; readonly route: string; readonly status: number }, seconds: number): void {
    this.#inFlight -= 1;
    this.#duration.observe(labels, seconds);
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
