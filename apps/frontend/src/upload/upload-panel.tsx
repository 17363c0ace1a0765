import { MAX_UPLOAD_BYTES } from '@devplatform/contracts';
import { useId, useState, type ChangeEvent } from 'react';
import type { Model } from '../api/platform.ts';
import { UploadRow } from './upload-row.tsx';
import { uploads, useUploads } from './use-uploads.ts';

interface Props {
  readonly projectId: string;
  /** Any of these can get a new version. */
  readonly models: readonly Model[];
  readonly onStored: () => void;
}

const MEGABYTE = 1024 * 1024;

export function UploadPanel({ projectId, models, onStored }: Props) {
  const shown = useUploads(projectId, onStored);
  const [modelId, setModelId] = useState('');
  const fileInput = useId();
  const target = useId();

  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file) uploads.start(file, projectId, modelId === '' ? undefined : modelId);
  };
  return (
    <div className="upload">
      <label htmlFor={target}>Upload as</label>
      <select
        id={target}
        value={modelId}
        onChange={(event) => {
          setModelId(event.target.value);
        }}
      >
        <option value="">a new model</option>
        {models.map(({ id, name }) => (
          <option key={id} value={id}>
            a new version of {name}
          </option>
        ))}
      </select>
      <label htmlFor={fileInput}>GLB file, up to {MAX_UPLOAD_BYTES / MEGABYTE} MB</label>
      <input id={fileInput} type="file" accept=".glb,model/gltf-binary" onChange={choose} />
      {shown.map((one) => (
        <UploadRow key={one.upload.clientUploadId} shown={one} />
      ))}
    </div>
  );
}
