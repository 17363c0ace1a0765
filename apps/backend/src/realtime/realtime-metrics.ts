import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

@Injectable()
export class RealtimeMetrics {
  readonly sockets: Gauge;
  readonly opened: Counter;
  readonly closed: Counter<'code'>;
  readonly batch: Histogram;
  readonly commit: Histogram;
  /** How a head beyond what was delivered here became known. */
  readonly hints: Counter<'source'>;

  constructor(@Inject(Registry) registry: Registry) {
    const registers = [registry];
    this.sockets = new Gauge({ name: 'ws_connections', help: 'Open WebSockets', registers });
    this.opened = new Counter({ name: 'ws_opened_total', help: 'WebSockets opened', registers });
    this.closed = new Counter({ name: 'ws_closed_total', help: 'WebSockets closed', labelNames: ['code'], registers });
    this.batch = new Histogram({
      name: 'journal_batch_edits',
      help: 'Edits in one commit',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
      registers,
    });
    this.commit = new Histogram({
      name: 'journal_commit_seconds',
      help: 'One append, from its first statement to committed',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    });
    this.hints = new Counter({ name: 'scene_hints_total', help: 'News of other slots', labelNames: ['source'], registers });
  }
}
