import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.ts';
import { ModelsController } from './models.controller.ts';
import { Models } from './models.ts';

@Module({ imports: [ProjectsModule], controllers: [ModelsController], providers: [Models] })
export class ModelsModule {}
