import { MAX_UPLOAD_BYTES } from '@devplatform/contracts';
import { useId, useState, type ChangeEvent } from 'react';
import type { Model } from '../api/platform.ts';
import { useUpload, type UploadState } from './use-upload.ts';

interface Props {
  readonly projectId: string;
  /** Any of these can get a new version. */
  readonly models: readonly Model[];
  readonly onStored: () => void;
}

const STEPS = { reading: 'Reading', sending: 'Uploading', completing: 'Finishing' } as const;
const MEGABYTE = 1024 * 1024;

export function UploadPanel({ projectId, models, onStored }: Props) {
  const { state, start, abort } = useUpload(projectId, onStored);
  const [modelId, setModelId] = useState('');
  const fileInput = useId();
  const target = useId();
  const running = state.phase === 'running';

  const choose = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file) start(file, modelId === '' ? undefined : modelId);
  };
  return (
    <div className="upload">
      <label htmlFor={target}>Upload as</label>
      <select
        id={target}
        value={modelId}
        disabled={running}
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
      <input id={fileInput} type="file" accept=".glb,model/gltf-binary" disabled={running} onChange={choose} />
      {running && (
        <button type="button" onClick={abort}>
          Cancel
        </button>
      )}
      <Progress state={state} />
    </div>
  );
}

function Progress({ state }: { readonly state: UploadState }) {
  if (state.phase === 'idle') return null;
  const { name, size } = state.file;
  if (state.phase === 'failed') {
    return (
      <p role="alert" data-testid="upload-progress" data-phase="failed">
        {state.message}
      </p>
    );
  }
  const done = state.phase === 'stored' ? size : state.progress.bytes;
  const percent = Math.floor((100 * done) / size);
  const step = state.phase === 'stored' ? 'Stored, processing' : STEPS[state.progress.step];
  return (
    <p role="status" data-testid="upload-progress" data-phase={state.phase} data-percent={percent}>
      <progress max={100} value={percent} aria-label={`${step} ${name}`} /> {step} {name}: {percent} % of {(size / MEGABYTE).toFixed(1)} MB
    </p>
  );
}
