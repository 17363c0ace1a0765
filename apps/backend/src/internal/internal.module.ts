import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { Handovers } from '../ledger/handovers.ts';
import { QueuesModule } from '../queues/queues.module.ts';
import { RealtimeModule } from '../realtime/realtime.module.ts';
import { ControlPlane } from './control-plane.ts';
import { SmokeJobs } from './smoke-jobs.ts';
import { SmokeWorkspaces } from './smoke-workspaces.ts';

@Module({
  imports: [AuthModule, QueuesModule, RealtimeModule],
  providers: [ControlPlane, Handovers, SmokeJobs, SmokeWorkspaces],
  exports: [ControlPlane],
})
export class InternalModule {}
