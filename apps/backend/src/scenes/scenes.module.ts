import { Global, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.ts';
import { ProjectsModule } from '../projects/projects.module.ts';
import { SceneAccess } from '../realtime/ports.ts';
import { ProjectSceneAccess } from './scene-access.ts';
import { ScenesController } from './scenes.controller.ts';
import { Scenes } from './scenes.ts';

/** Global for its port: the realtime room asks SceneAccess and knows nothing of projects. */
@Global()
@Module({
  imports: [AuthModule, ProjectsModule],
  controllers: [ScenesController],
  providers: [Scenes, { provide: SceneAccess, useClass: ProjectSceneAccess }],
  exports: [SceneAccess],
})
export class ScenesModule {}
