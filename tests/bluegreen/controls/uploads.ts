import type { Control } from './control.ts';

const COMPLETION = 'apps/backend/src/uploads/completion.ts';
const UPLOADS = 'apps/backend/src/uploads/uploads.spec.ts';
const REMOVALS = 'apps/backend/src/upkeep/object-removals.ts';
const UPKEEP = 'apps/backend/src/upkeep/object-removals.spec.ts';
const UPLOAD_MODEL = 'apps/frontend/src/upload/upload-model.ts';
const RESUME = 'tests/bluegreen/resume.spec.ts';

export const uploadsControls: readonly Control[] = [
  {
    rule: 'UP-1',
    control: 'each slot opens an upload of its own at the store',
    edits: [
      {
        file: 'apps/backend/src/uploads/part-store.ts',
        find: 'if (s3UploadId !== null) return { key, id: s3UploadId, checksums };',
        replace: '',
      },
      { file: 'apps/backend/src/uploads/part-store.ts', find: 'coalesce(s3_upload_id, $2)', replace: '$2::text' },
    ],
    test: UPLOADS,
  },
  {
    rule: 'UP-2',
    control: 'the sweeper looks at completing uploads and forgets the stored ones',
    edits: [{ file: COMPLETION, find: `status IN ('completing', 'stored')`, replace: `status = 'completing'` }],
    test: UPLOADS,
  },
  {
    rule: 'UP-2',
    control: 'parts that the store no longer lists are taken for lost, without a look at the object',
    edits: [{ file: COMPLETION, find: '(await this.#parts.size(upload)) === upload.size', replace: 'parts !== null' }],
    test: UPLOADS,
  },
  {
    rule: 'UP-3',
    control: 'the model is made whether or not somebody else has just made it',
    edits: [
      {
        file: 'apps/backend/src/uploads/model-registration.ts',
        find: `upload?.status === 'stored' ?`,
        replace: 'upload != null ?',
      },
    ],
    test: UPLOADS,
  },
  {
    rule: 'UP-3',
    control: 'no fencing',
    edits: [{ file: COMPLETION, find: 'request.fence !== upload.fence', replace: 'request.fence > upload.fence' }],
    test: UPLOADS,
  },
  {
    rule: 'UP-4',
    control: 'parts are signed without their checksums',
    edits: [
      { file: 'apps/backend/src/uploads/upload-parts.ts', find: 'return { ...claim, sha256 };', replace: 'return claim;' },
      {
        file: 'libs/runtime/src/storage/multipart-uploads.ts',
        find: `...(checksums && { ChecksumAlgorithm: 'SHA256' })`,
        replace: `...(checksums && {})`,
      },
    ],
    test: 'apps/backend/src/uploads/part-checksums.spec.ts',
  },
  {
    rule: 'UP-4',
    control: 'the worker believes the store',
    edits: [{ file: 'apps/worker/src/model-processing/thread/source.ts', find: 'actual !== sha256', replace: `actual === ''` }],
    test: 'tests/bluegreen/uploads.spec.ts',
  },
  {
    rule: 'UP-5',
    control: 'a reloaded page sends everything again',
    edits: [
      {
        file: UPLOAD_MODEL,
        find: 'stored: stored.filter(',
        replace: 'stored: stored.slice(stored.length).filter(',
      },
    ],
    test: RESUME,
  },
  {
    rule: 'UP-5',
    control: 'two tabs go on with one upload at once',
    edits: [
      {
        file: 'apps/frontend/src/upload/in-one-tab.ts',
        find: 'if (locks === undefined) return work();',
        replace: 'if (locks !== null) return work();',
      },
    ],
    test: RESUME,
  },
  {
    rule: 'UP-6',
    control: 'only what was still open is noted when a project is deleted',
    edits: [
      {
        file: 'migrations/1764060000000-add-upload-care.ts',
        find: 'AFTER DELETE ON upload FOR EACH ROW',
        replace: `AFTER DELETE ON upload FOR EACH ROW WHEN (OLD.status = 'open')`,
      },
    ],
    test: UPKEEP,
  },
  {
    rule: 'UP-6',
    control: 'an upload is given up by the age of its row, whatever the store got meanwhile',
    edits: [{ file: 'apps/backend/src/uploads/aborts.ts', find: 'if (seen === undefined) await', replace: 'if (seen !== null) await' }],
    test: UPKEEP,
  },
  {
    rule: 'UP-6',
    control: 'derived files are removed though another project has the same file',
    edits: [{ file: REMOVALS, find: 'if (await this.#isWanted(key)) return;', replace: 'await this.#isWanted(key);' }],
    test: UPKEEP,
  },
];
