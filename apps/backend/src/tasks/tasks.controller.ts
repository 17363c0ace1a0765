import { page, PageQuery, Task, TaskQuery } from '@devplatform/contracts';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { CalledBy } from '../auth/caller.ts';
import type { Page } from '../http/pagination.ts';
import { Answers } from '../openapi/answers.ts';
import { Tasks } from './tasks.ts';

type View = z.infer<typeof Task>;

@ApiTags('tasks')
@Controller()
export class TasksController {
  readonly #tasks: Tasks;

  constructor(@Inject(Tasks) tasks: Tasks) {
    this.#tasks = tasks;
  }

  @Get('projects/:id/tasks')
  @Answers(200, page(Task), 'Processing tasks of a project, newest first', [404])
  list(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: PageQuery }) query: z.infer<typeof PageQuery>,
  ): Promise<Page<View>> {
    return this.#tasks.list(caller, id, query);
  }

  @Get('tasks/:id')
  @Answers(200, Task, 'One task; with `wait`, when it has ended or after so many seconds', [404])
  get(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Query({ schema: TaskQuery }) { wait }: z.infer<typeof TaskQuery>,
  ): Promise<View> {
    return this.#tasks.get(caller, id, wait);
  }
}
