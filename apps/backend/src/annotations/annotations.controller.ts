import { Annotation, AnnotationChange, NewAnnotation, page, PageQuery } from '@devplatform/contracts';
import { Body, Controller, Get, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { CalledBy } from '../auth/caller.ts';
import type { Page } from '../http/pagination.ts';
import { Answers } from '../openapi/answers.ts';
import { Annotations } from './annotations.ts';

type View = z.infer<typeof Annotation>;

@ApiTags('annotations')
@Controller('projects/:id/annotations')
export class AnnotationsController {
  readonly #annotations: Annotations;

  constructor(@Inject(Annotations) annotations: Annotations) {
    this.#annotations = annotations;
  }

  @Get()
  @Answers(200, page(Annotation), 'Annotations of a project, newest first', [404])
  list(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: PageQuery }) query: z.infer<typeof PageQuery>,
  ): Promise<Page<View>> {
    return this.#annotations.list(caller, id, query);
  }

  @Post()
  @Answers(201, Annotation, 'A new annotation', [401, 403, 404])
  create(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: NewAnnotation }) body: z.infer<typeof NewAnnotation>,
  ): Promise<View> {
    return this.#annotations.create(caller, id, body);
  }
}

/** From v1.3.0 on. */
@ApiTags('annotations')
@Controller('annotations')
export class AnnotationStatusController {
  readonly #annotations: Annotations;

  constructor(@Inject(Annotations) annotations: Annotations) {
    this.#annotations = annotations;
  }

  @Patch(':id')
  @Answers(200, Annotation, 'The annotation as it is now', [401, 403, 404])
  change(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: AnnotationChange }) body: z.infer<typeof AnnotationChange>,
  ): Promise<View> {
    return this.#annotations.change(caller, id, body);
  }
}
