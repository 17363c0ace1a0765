import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.ts';
import { QueuesModule } from '../queues/queues.module.ts';
import { ModelJobs } from './model-jobs.ts';
import { TasksController } from './tasks.controller.ts';
import { Tasks } from './tasks.ts';

@Module({ imports: [ProjectsModule, QueuesModule], controllers: [TasksController], providers: [Tasks, ModelJobs], exports: [ModelJobs] })
export class TasksModule {}
