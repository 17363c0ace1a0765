import { NewScene, page, PageQuery, Scene } from '@devplatform/contracts';
import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { CalledBy } from '../auth/caller.ts';
import type { Page } from '../http/pagination.ts';
import { Answers } from '../openapi/answers.ts';
import { Scenes } from './scenes.ts';

type View = z.infer<typeof Scene>;

@ApiTags('scenes')
@Controller()
export class ScenesController {
  readonly #scenes: Scenes;

  constructor(@Inject(Scenes) scenes: Scenes) {
    this.#scenes = scenes;
  }

  @Get('projects/:id/scenes')
  @Answers(200, page(Scene), 'Scenes of a project, newest first', [404])
  list(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: PageQuery }) query: z.infer<typeof PageQuery>,
  ): Promise<Page<View>> {
    return this.#scenes.list(caller, id, query);
  }

  @Post('projects/:id/scenes')
  @Answers(201, Scene, 'A new, empty scene', [401, 403, 404])
  create(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: NewScene }) body: z.infer<typeof NewScene>,
  ): Promise<View> {
    return this.#scenes.create(caller, id, body);
  }

  @Get('scenes/:id')
  @Answers(200, Scene, 'One scene', [404])
  get(@CalledBy() caller: Caller | null, @Param('id', { schema: z.uuid() }) id: string): Promise<View> {
    return this.#scenes.get(caller, id);
  }
}
