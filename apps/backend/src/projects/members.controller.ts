import { Membership, MembershipRole, page } from '@devplatform/contracts';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { CalledBy } from '../auth/caller.ts';
import type { Page } from '../http/pagination.ts';
import { Answers } from '../openapi/answers.ts';
import { Members } from './members.ts';
import { ProjectAccess } from './project-access.ts';

type View = z.infer<typeof Membership>;

@ApiTags('projects')
@Controller('projects/:id/members')
export class MembersController {
  readonly #members: Members;
  readonly #access: ProjectAccess;

  constructor(@Inject(Members) members: Members, @Inject(ProjectAccess) access: ProjectAccess) {
    this.#members = members;
    this.#access = access;
  }

  @Get()
  @Answers(200, page(Membership), 'All members, on one page', [401, 403, 404])
  async list(@CalledBy() caller: Caller | null, @Param('id', { schema: z.uuid() }) id: string): Promise<Page<View>> {
    await this.#access.require(caller, id, 'editor');
    return { items: await this.#members.list(id), next: null };
  }

  @Put(':userId')
  @Answers(200, Membership, 'The membership as it is now', [401, 403, 404, 409])
  async put(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Param('userId', { schema: z.uuid() }) userId: string,
    @Body({ schema: MembershipRole }) { role }: z.infer<typeof MembershipRole>,
  ): Promise<View> {
    await this.#access.require(caller, id, 'admin');
    return this.#members.put(id, userId, role);
  }

  @Delete(':userId')
  @HttpCode(204)
  @Answers(204, null, 'No longer a member', [401, 403, 404, 409])
  async remove(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Param('userId', { schema: z.uuid() }) userId: string,
  ): Promise<void> {
    await this.#access.require(caller, id, 'admin');
    await this.#members.remove(id, userId);
  }
}
