import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { PART_BYTES, type NewUpload, type StoredUploadPart, type Upload } from '@devplatform/contracts';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Caller } from '../auth/bearer.ts';
import { Database } from '../database/database.ts';
import { ProblemError } from '../http/problem.ts';
import { ModelVersionEntity } from '../models/model-version.entity.ts';
import { ModelEntity } from '../models/model.entity.ts';
import { unknownModel } from '../models/models.ts';
import { ProjectAccess } from '../projects/project-access.ts';
import { TaskEntity } from '../tasks/task.entity.ts';
import { Aborts } from './aborts.ts';
import { PartStore } from './part-store.ts';
import { claimOf, partCount } from './upload-parts.ts';
import { notOpen, notYours, unknownUpload } from './upload-problems.ts';
import { UploadEntity, type UploadRow } from './upload.entity.ts';

type View = z.infer<typeof Upload>;

export interface SentPart {
  readonly part: number;
  readonly length: number | undefined;
  readonly sha256: string | undefined;
}

/** Uploads of files whose bytes go straight to the store; every call may be repeated. */
@Injectable()
export class Uploads {
  readonly #database: Database;
  readonly #access: ProjectAccess;
  readonly #parts: PartStore;
  readonly #aborts: Aborts;

  constructor(
    @Inject(Database) database: Database,
    @Inject(ProjectAccess) access: ProjectAccess,
    @Inject(PartStore) parts: PartStore,
    @Inject(Aborts) aborts: Aborts,
  ) {
    this.#database = database;
    this.#access = access;
    this.#parts = parts;
    this.#aborts = aborts;
  }

  /** One per (project, clientUploadId). */
  async create(caller: Caller, projectId: string, values: z.infer<typeof NewUpload>): Promise<View> {
    await this.#access.require(caller, projectId, 'editor');
    const { clientUploadId, fileName, size, sha256, modelId, partChecksums } = values;
    if (modelId !== undefined && !(await this.#database.of(ModelEntity).existsBy({ id: modelId, projectId }))) throw unknownModel();
    const id = randomUUID();
    const row = { id, projectId, clientUploadId, createdBy: caller.id, fileName, size, sha256, modelId: modelId ?? null, partChecksums };
    const uploads = this.#database.of(UploadEntity);
    await uploads
      .createQueryBuilder()
      .insert()
      .values({ ...row, objectKey: `uploads/${id}/source.glb` })
      .orIgnore()
      .execute();
    const upload = await uploads.findOneByOrFail({ projectId, clientUploadId });
    if (upload.size !== size || upload.sha256 !== sha256 || upload.createdBy !== caller.id) {
      throw new ProblemError(409, 'upload-differs', 'This clientUploadId belongs to another file. Nothing was changed; use a new one.');
    }
    if (upload.status === 'open') await this.#parts.open(upload);
    return this.view(upload);
  }

  /** The upload, where the caller may edit its project. */
  async find(caller: Caller | null, id: string): Promise<UploadRow> {
    const upload = await this.#database.of(UploadEntity).findOneBy({ id });
    await this.#access.require(caller, upload?.projectId, 'editor', unknownUpload);
    if (upload === null) throw unknownUpload();
    return upload;
  }

  /** The upload, where the caller began it. */
  async findOwn(caller: Caller | null, id: string): Promise<UploadRow> {
    const upload = await this.find(caller, id);
    if (upload.createdBy !== caller?.id) throw notYours();
    return upload;
  }

  async findOpen(caller: Caller | null, id: string): Promise<UploadRow> {
    const upload = await this.findOwn(caller, id);
    if (upload.status !== 'open') throw notOpen(upload.status);
    return upload;
  }

  /** Takes the bytes of one part through this slot; `length` is what the request declares, `sha256` the base64 of its checksum. */
  async putPart(upload: UploadRow, { part, length, sha256 }: SentPart, body: Readable): Promise<z.infer<typeof StoredUploadPart>> {
    const claim = claimOf(upload, part, sha256);
    const { size } = claim;
    if (length === undefined) throw new ProblemError(411, 'length-required', 'Send the part with a Content-Length.');
    if (length > size) throw new ProblemError(413, 'body-too-large', `Part ${part} has ${size} bytes, not ${length}. Nothing was stored.`);
    if (length < size) throw new ProblemError(400, 'part-too-small', `Part ${part} has ${size} bytes, not ${length}. Nothing was stored.`);
    return { part, etag: await this.#parts.put(upload, claim, body), ...(claim.sha256 !== undefined && { sha256: claim.sha256 }) };
  }

  /** By who began it, or an admin. May be repeated. */
  async abort(caller: Caller | null, id: string): Promise<void> {
    const upload = await this.find(caller, id);
    if (upload.createdBy !== caller?.id) await this.#access.require(caller, upload.projectId, 'admin');
    if (await this.#aborts.abort(id)) return;
    const { status } = await this.#database.of(UploadEntity).findOneByOrFail({ id });
    if (status !== 'aborted') throw notOpen(status);
  }

  /** With what the store has of it while it is open. */
  async viewWithParts(upload: UploadRow): Promise<View> {
    const view = await this.view(upload);
    if (upload.status !== 'open') return view;
    const stored = (await this.#parts.list(upload)) ?? [];
    return { ...view, stored: stored.map(({ part, etag, sha256 }) => ({ part, etag, ...(sha256 !== undefined && { sha256 }) })) };
  }

  async view(upload: UploadRow): Promise<View> {
    const version = await this.#database.of(ModelVersionEntity).findOneBy({ uploadId: upload.id });
    const task = version === null ? null : await this.#database.of(TaskEntity).findOneBy({ modelVersionId: version.id });
    return {
      id: upload.id,
      projectId: upload.projectId,
      clientUploadId: upload.clientUploadId,
      fileName: upload.fileName,
      size: upload.size,
      sha256: upload.sha256,
      status: upload.status,
      partSize: PART_BYTES,
      parts: partCount(upload.size),
      partChecksums: upload.partChecksums,
      fence: upload.fence,
      modelId: version?.modelId ?? upload.modelId,
      modelVersionId: version?.id ?? null,
      taskId: task?.id ?? null,
      error: upload.error,
    };
  }
}
