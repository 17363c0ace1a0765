import { NewProject, page, PageQuery, Project, ProjectChange } from '@devplatform/contracts';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { CalledBy, SignedIn } from '../auth/caller.ts';
import type { Page } from '../http/pagination.ts';
import { Answers } from '../openapi/answers.ts';
import { ProjectAccess } from './project-access.ts';
import { Projects } from './projects.ts';

type View = z.infer<typeof Project>;

@ApiTags('projects')
@Controller('projects')
export class ProjectsController {
  readonly #projects: Projects;
  readonly #access: ProjectAccess;

  constructor(@Inject(Projects) projects: Projects, @Inject(ProjectAccess) access: ProjectAccess) {
    this.#projects = projects;
    this.#access = access;
  }

  @Get()
  @Answers(200, page(Project), 'Public projects and those of the caller, newest first')
  list(@CalledBy() caller: Caller | null, @Query({ schema: PageQuery }) query: z.infer<typeof PageQuery>): Promise<Page<View>> {
    return this.#projects.list(caller, query);
  }

  @Post()
  @Answers(201, Project, 'A new project, the caller its admin', [401])
  create(@SignedIn() caller: Caller, @Body({ schema: NewProject }) body: z.infer<typeof NewProject>): Promise<View> {
    return this.#projects.create(caller, body);
  }

  @Get(':id')
  @Answers(200, Project, 'One project', [404])
  async get(@CalledBy() caller: Caller | null, @Param('id', { schema: z.uuid() }) id: string): Promise<View> {
    return this.#projects.get(id, await this.#access.require(caller, id, 'viewer'));
  }

  @Patch(':id')
  @Answers(200, Project, 'The project as it is now', [401, 403, 404])
  async change(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: ProjectChange }) body: z.infer<typeof ProjectChange>,
  ): Promise<View> {
    return this.#projects.change(id, await this.#access.require(caller, id, 'admin'), body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Answers(204, null, 'Gone, with everything in it', [401, 403, 404])
  async remove(@CalledBy() caller: Caller | null, @Param('id', { schema: z.uuid() }) id: string): Promise<void> {
    await this.#access.require(caller, id, 'admin');
    await this.#projects.remove(id);
  }
}
