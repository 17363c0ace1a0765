import { countColumn, createdAtColumn, idColumn, reference, table } from '../database/columns.ts';

export interface ModelVersionRow {
  id: string;
  modelId: string;
  number: number;
  uploadId: string;
  fileName: string;
  objectKey: string;
  size: number;
  sha256: string;
  status: 'processing' | 'ready' | 'rejected';
  error: string | null;
  /** ModelResult of the contracts, written by a worker of either release. */
  result: unknown;
  createdAt: Date;
}

export const ModelVersionEntity = table<ModelVersionRow>('model_version', {
  id: idColumn,
  modelId: reference('model_id'),
  number: { type: 'int' },
  uploadId: reference('upload_id'),
  fileName: { type: 'text', name: 'file_name' },
  objectKey: { type: 'text', name: 'object_key' },
  size: countColumn('size'),
  sha256: { type: 'text' },
  status: { type: 'text', default: 'processing' },
  error: { type: 'text', nullable: true },
  result: { type: 'jsonb', nullable: true },
  createdAt: createdAtColumn,
});
