import { Model, ModelDetail, page, PageQuery } from '@devplatform/contracts';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { CalledBy } from '../auth/caller.ts';
import type { Page } from '../http/pagination.ts';
import { Answers } from '../openapi/answers.ts';
import { Models } from './models.ts';

@ApiTags('models')
@Controller()
export class ModelsController {
  readonly #models: Models;

  constructor(@Inject(Models) models: Models) {
    this.#models = models;
  }

  @Get('projects/:id/models')
  @Answers(200, page(Model), 'Models of a project with their latest version, newest first', [404])
  list(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: PageQuery }) query: z.infer<typeof PageQuery>,
  ): Promise<Page<z.infer<typeof Model>>> {
    return this.#models.list(caller, id, query);
  }

  @Get('models/:id')
  @Answers(200, ModelDetail, 'One model with all its versions, newest first', [404])
  get(@CalledBy() caller: Caller | null, @Param('id', { schema: z.uuid() }) id: string): Promise<z.infer<typeof ModelDetail>> {
    return this.#models.get(caller, id);
  }
}
