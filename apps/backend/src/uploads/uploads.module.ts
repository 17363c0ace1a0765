import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.ts';
import { ReleasesModule } from '../releases/releases.module.ts';
import { TasksModule } from '../tasks/tasks.module.ts';
import { ObjectRemovalsModule } from '../upkeep/object-removals.module.ts';
import { Aborts } from './aborts.ts';
import { Completion } from './completion.ts';
import { ModelRegistration } from './model-registration.ts';
import { PartStore } from './part-store.ts';
import { UploadLedger } from './upload-ledger.ts';
import { UploadsController } from './uploads.controller.ts';
import { Uploads } from './uploads.ts';

@Module({
  imports: [ProjectsModule, ReleasesModule, TasksModule, ObjectRemovalsModule],
  controllers: [UploadsController],
  providers: [Uploads, PartStore, Completion, ModelRegistration, Aborts, UploadLedger],
  exports: [Completion, Aborts],
})
export class UploadsModule {}
