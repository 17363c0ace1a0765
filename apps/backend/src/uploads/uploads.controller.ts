import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { CompleteUpload, NewUpload, SignedParts, SignParts, StoredUploadPart, Upload } from '@devplatform/contracts';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { CalledBy, SignedIn } from '../auth/caller.ts';
import { Repeatable } from '../http/idempotency.ts';
import { Answers } from '../openapi/answers.ts';
import { Completion } from './completion.ts';
import { sentChecksum } from './part-checksum.ts';
import { PartStore } from './part-store.ts';
import { Uploads } from './uploads.ts';

type View = z.infer<typeof Upload>;

const PartNumber = z.coerce.number().int().min(1).max(1000);

@ApiTags('uploads')
@Controller()
@Repeatable()
export class UploadsController {
  readonly #uploads: Uploads;
  readonly #parts: PartStore;
  readonly #completion: Completion;

  constructor(@Inject(Uploads) uploads: Uploads, @Inject(PartStore) parts: PartStore, @Inject(Completion) completion: Completion) {
    this.#uploads = uploads;
    this.#parts = parts;
    this.#completion = completion;
  }

  @Post('projects/:id/uploads')
  @Answers(201, Upload, 'The upload of this clientUploadId, new or not', [401, 403, 404, 409])
  create(
    @SignedIn() caller: Caller,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: NewUpload }) body: z.infer<typeof NewUpload>,
  ): Promise<View> {
    return this.#uploads.create(caller, id, body);
  }

  @Get('uploads/:id')
  @Answers(200, Upload, 'One upload; an open one with the parts that are stored', [401, 403, 404])
  async get(@CalledBy() caller: Caller | null, @Param('id', { schema: z.uuid() }) id: string): Promise<View> {
    return this.#uploads.viewWithParts(await this.#uploads.find(caller, id));
  }

  @Post('uploads/:id/sign')
  @HttpCode(200)
  @Answers(200, SignedParts, 'URLs to PUT the parts to', [401, 403, 404, 409])
  async sign(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: SignParts }) { parts }: z.infer<typeof SignParts>,
  ): Promise<z.infer<typeof SignedParts>> {
    return this.#parts.sign(await this.#uploads.findOpen(caller, id), parts);
  }

  /** For clients that cannot reach the store. */
  @Put('uploads/:id/parts/:part')
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @Answers(200, StoredUploadPart, 'The part is stored', [401, 403, 404, 409, 411, 413])
  async put(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Param('part', { schema: PartNumber }) part: number,
    @Headers() headers: IncomingHttpHeaders,
    @Body() body: Readable,
  ): Promise<z.infer<typeof StoredUploadPart>> {
    const length = headers['content-length'];
    const sent = { part, length: length === undefined ? undefined : Number(length), sha256: sentChecksum(headers) };
    return this.#uploads.putPart(await this.#uploads.findOpen(caller, id), sent, body);
  }

  @Post('uploads/:id/complete')
  @HttpCode(200)
  @Answers(200, Upload, 'All bytes are stored; the model is being processed', [401, 403, 404, 409])
  async complete(
    @CalledBy() caller: Caller | null,
    @Param('id', { schema: z.uuid() }) id: string,
    @Body({ schema: CompleteUpload }) body: z.infer<typeof CompleteUpload>,
  ): Promise<View> {
    return this.#uploads.view(await this.#completion.complete(await this.#uploads.findOwn(caller, id), body));
  }

  @Delete('uploads/:id')
  @HttpCode(204)
  @Answers(204, null, 'Aborted, its parts are removed', [401, 403, 404, 409])
  async abort(@CalledBy() caller: Caller | null, @Param('id', { schema: z.uuid() }) id: string): Promise<void> {
    await this.#uploads.abort(caller, id);
  }
}
