import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.ts';
import { ReleasesModule } from '../releases/releases.module.ts';
import { TasksModule } from '../tasks/tasks.module.ts';
import { Completion } from './completion.ts';
import { ModelRegistration } from './model-registration.ts';
import { PartStore } from './part-store.ts';
import { UploadsController } from './uploads.controller.ts';
import { Uploads } from './uploads.ts';

@Module({
  imports: [ProjectsModule, ReleasesModule, TasksModule],
  controllers: [UploadsController],
  providers: [Uploads, PartStore, Completion, ModelRegistration],
  exports: [Completion],
})
export class UploadsModule {}
