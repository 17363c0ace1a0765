import { Inject, Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { ModelVersionEntity } from '../models/model-version.entity.ts';
import { ModelEntity } from '../models/model.entity.ts';
import { Releases } from '../releases/releases.ts';
import { ModelJobs } from '../tasks/model-jobs.ts';
import { TaskEntity } from '../tasks/task.entity.ts';
import { ObjectRemovals } from '../upkeep/object-removals.ts';
import { UploadEntity, type UploadRow } from './upload.entity.ts';
import { UploadLedger } from './upload-ledger.ts';

/** Makes the model version and its task of a stored upload: in one transaction, once, and the job after it. */
@Injectable()
export class ModelRegistration {
  readonly #database: Database;
  readonly #releases: Releases;
  readonly #jobs: ModelJobs;
  readonly #removals: ObjectRemovals;
  readonly #ledger: UploadLedger;

  constructor(
    @Inject(Database) database: Database,
    @Inject(Releases) releases: Releases,
    @Inject(ModelJobs) jobs: ModelJobs,
    @Inject(ObjectRemovals) removals: ObjectRemovals,
    @Inject(UploadLedger) ledger: UploadLedger,
  ) {
    this.#database = database;
    this.#releases = releases;
    this.#jobs = jobs;
    this.#removals = removals;
    this.#ledger = ledger;
  }

  async register(uploadId: string): Promise<void> {
    const contract = await this.#releases.contract();
    const task = await this.#database.transaction(async () => {
      const upload = await this.#database.of(UploadEntity).findOne({ where: { id: uploadId }, lock: { mode: 'pessimistic_write' } });
      return upload?.status === 'stored' ? this.#create(upload, contract) : null;
    });
    if (task !== null) await this.#jobs.enqueue(task, contract);
  }

  async #create(upload: UploadRow, contract: number) {
    const { objectKey, sha256, fileName, size, projectId } = upload;
    await this.#removals.keepDerived(sha256);
    const modelId = upload.modelId ?? (await this.#database.of(ModelEntity).save({ projectId, name: modelName(fileName) })).id;
    const number = await this.#nextNumber(modelId);
    const version = await this.#database
      .of(ModelVersionEntity)
      .save({ modelId, number, uploadId: upload.id, fileName, objectKey, size, sha256 });
    const task = await this.#database.of(TaskEntity).save({ projectId, modelVersionId: version.id, contract });
    await this.#database.of(UploadEntity).update({ id: upload.id }, { status: 'verifying', modelId });
    await this.#ledger.stored(upload.id);
    return { taskId: task.id, modelVersionId: version.id, objectKey, sha256 };
  }

  /** The model's row is locked until the commit, so that two uploads for it get two numbers. */
  async #nextNumber(modelId: string): Promise<number> {
    await this.#database.query('SELECT FROM model WHERE id = $1 FOR UPDATE', [modelId]);
    return 1 + ((await this.#database.of(ModelVersionEntity).maximum('number', { modelId })) ?? 0);
  }
}

const modelName = (fileName: string): string => fileName.replace(/\.(glb|gltf)$/i, '') || fileName;
