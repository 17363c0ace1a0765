import { Module } from '@nestjs/common';
import { Drain } from './drain.ts';
import { EchoGateway } from './echo.gateway.ts';
import { JournalStore } from './journal-store.ts';
import { JournalWriter } from './journal-writer.ts';
import { Journal } from './journal.ts';
import { RealtimeMetrics } from './realtime-metrics.ts';
import { Realtime } from './realtime.ts';
import { SceneHints } from './scene-hints.ts';
import { SceneHubs } from './scene-hubs.ts';
import { SceneStates } from './scene-states.ts';
import { ScenesGateway } from './scenes.gateway.ts';
import { Sockets } from './sockets.ts';

/** Needs from global modules: DataSource, Registry, CONFIG, LOGGER, REDIS, the ledger, and the ports SceneAccess and HttpInFlight. */
@Module({
  providers: [
    Drain,
    EchoGateway,
    Journal,
    JournalStore,
    JournalWriter,
    Realtime,
    RealtimeMetrics,
    SceneHints,
    SceneHubs,
    SceneStates,
    ScenesGateway,
    Sockets,
  ],
  exports: [Drain, Journal, Realtime, SceneStates, Sockets],
})
export class RealtimeModule {}
