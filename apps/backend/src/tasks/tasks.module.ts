import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.ts';
import { QueuesModule } from '../queues/queues.module.ts';
import { RealtimeModule } from '../realtime/realtime.module.ts';
import { ModelJobs } from './model-jobs.ts';
import { TaskWatch } from './task-watch.ts';
import { TasksController } from './tasks.controller.ts';
import { Tasks } from './tasks.ts';

@Module({
  imports: [ProjectsModule, QueuesModule, RealtimeModule],
  controllers: [TasksController],
  providers: [Tasks, TaskWatch, ModelJobs],
  exports: [ModelJobs, TaskWatch],
})
export class TasksModule {}
