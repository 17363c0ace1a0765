import type { UploadStatus } from '@devplatform/contracts';
import type { z } from 'zod';
import { countColumn, createdAtColumn, idColumn, reference, table } from '../database/columns.ts';

export interface UploadRow {
  id: string;
  projectId: string;
  clientUploadId: string;
  createdBy: string | null;
  fileName: string;
  size: number;
  sha256: string;
  /** Each part comes with its SHA-256, as the store was told when the upload was opened there. */
  partChecksums: boolean;
  objectKey: string;
  /** The store's multipart upload; null until the first part is asked for, and again when the store lost it. */
  s3UploadId: string | null;
  status: z.infer<typeof UploadStatus>;
  /** Grows when the upload has to start over: what was told under an older number no longer counts. */
  fence: number;
  modelId: string | null;
  error: string | null;
  createdAt: Date;
  updatedAt: Date;
}

export const UploadEntity = table<UploadRow>('upload', {
  id: idColumn,
  projectId: reference('project_id'),
  clientUploadId: reference('client_upload_id'),
  createdBy: reference('created_by', { nullable: true }),
  fileName: { type: 'text', name: 'file_name' },
  size: countColumn('size'),
  sha256: { type: 'text' },
  partChecksums: { type: 'boolean', name: 'part_checksums', default: false },
  objectKey: { type: 'text', name: 'object_key' },
  s3UploadId: { type: 'text', name: 's3_upload_id', nullable: true },
  status: { type: 'text', default: 'open' },
  fence: { type: 'int', default: 1 },
  modelId: reference('model_id', { nullable: true }),
  error: { type: 'text', nullable: true },
  createdAt: createdAtColumn,
  updatedAt: { type: 'timestamptz', name: 'updated_at', updateDate: true },
});
