import type { BackendConfig } from '@devplatform/runtime/config';
import type { Logger } from '@devplatform/runtime/telemetry';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { AnnotationsModule } from './annotations/annotations.module.ts';
import { AuthModule } from './auth/auth.module.ts';
import { HealthModule } from './health/health.module.ts';
import { ContractPipe } from './http/contract.pipe.ts';
import { IdempotencyInterceptor } from './http/idempotency.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { InternalModule } from './internal/internal.module.ts';
import { LedgerModule } from './ledger/ledger.module.ts';
import { ModelsModule } from './models/models.module.ts';
import { ProcessModule } from './process.module.ts';
import { ProjectsModule } from './projects/projects.module.ts';
import { RealtimeModule } from './realtime/realtime.module.ts';
import { ReleasesModule } from './releases/releases.module.ts';
import { ScenesModule } from './scenes/scenes.module.ts';
import { TasksModule } from './tasks/tasks.module.ts';
import { UpkeepModule } from './upkeep/upkeep.module.ts';
import { UploadsModule } from './uploads/uploads.module.ts';

/** All rooms of the backend. */
@Module({})
export class BackendModule {
  static of(config: BackendConfig, logger: Logger): DynamicModule {
    return {
      module: BackendModule,
      imports: [
        ProcessModule.of(config, logger),
        LedgerModule,
        HealthModule,
        AuthModule,
        ProjectsModule,
        ScenesModule,
        AnnotationsModule,
        ModelsModule,
        UploadsModule,
        TasksModule,
        ReleasesModule,
        RealtimeModule,
        UpkeepModule,
        InternalModule,
      ],
      providers: [
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: ContractPipe },
        { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
      ],
    };
  }
}
