import { SINCE_1_3 } from '@devplatform/contracts';
import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.ts';
import { AnnotationsController, AnnotationStatusController } from './annotations.controller.ts';
import { Annotations } from './annotations.ts';

@Module({
  imports: [ProjectsModule],
  controllers: [AnnotationsController, ...(SINCE_1_3 ? [AnnotationStatusController] : [])],
  providers: [Annotations],
})
export class AnnotationsModule {}
