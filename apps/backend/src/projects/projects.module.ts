import { Module } from '@nestjs/common';
import { MembersController } from './members.controller.ts';
import { Members } from './members.ts';
import { ProjectAccess } from './project-access.ts';
import { ProjectsController } from './projects.controller.ts';
import { Projects } from './projects.ts';

@Module({
  controllers: [ProjectsController, MembersController],
  providers: [Projects, Members, ProjectAccess],
  exports: [ProjectAccess],
})
export class ProjectsModule {}
