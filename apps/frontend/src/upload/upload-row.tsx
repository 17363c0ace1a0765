import { useId, type ChangeEvent } from 'react';
import type { ShownUpload, UploadState } from './upload-state.ts';
import { uploads } from './use-uploads.ts';

const MEGABYTE = 1024 * 1024;

/** One upload: how far it is, and what can be done about it. */
export function UploadRow({ shown: { upload, state } }: { readonly shown: ShownUpload }) {
  const { clientUploadId, name, size } = upload;
  const fileInput = useId();
  const percent = Math.floor((100 * doneOf(state, size)) / size);
  const failed = state.phase === 'failed' || (state.phase === 'needs-file' && state.refused);
  const again = (event: ChangeEvent<HTMLInputElement>): void => {
    const file = event.target.files?.[0];
    event.target.value = '';
    if (file) void uploads.provide(clientUploadId, file);
  };
  return (
    <div className="upload-row">
      <p role={failed ? 'alert' : 'status'} data-testid="upload-progress" data-phase={state.phase} data-percent={percent}>
        {percent > 0 && <progress max={100} value={percent} aria-label={name} />} {sentence(state, name, size, percent)}
      </p>
      {state.phase === 'needs-file' && (
        <>
          <label htmlFor={fileInput}>Choose {name} again</label>
          <input id={fileInput} type="file" accept=".glb,model/gltf-binary" onChange={again} />
        </>
      )}
      {state.phase === 'failed' && state.kept && (
        <button type="button" onClick={() => void uploads.retry(clientUploadId)}>
          Try again
        </button>
      )}
      {state.phase !== 'stored' && state.phase !== 'completing' && (
        <button type="button" onClick={() => void uploads.discard(clientUploadId)}>
          Discard
        </button>
      )}
    </div>
  );
}

function doneOf(state: UploadState, size: number): number {
  switch (state.phase) {
    case 'reading':
    case 'sending':
      return state.bytes;
    case 'completing':
    case 'stored':
      return size;
    case 'elsewhere':
    case 'needs-file':
    case 'failed':
      return 0;
  }
}

function sentence(state: UploadState, name: string, size: number, percent: number): string {
  const progress = `${percent} % of ${(size / MEGABYTE).toFixed(1)} MB`;
  switch (state.phase) {
    case 'reading':
      return `Reading ${name}: ${progress}`;
    case 'sending':
      return state.had === 0
        ? `Uploading ${name}: ${progress}`
        : `Continuing ${name}, ${Math.floor((100 * state.had) / size)} % was sent already: ${progress}`;
    case 'completing':
      return `Finishing ${name}`;
    case 'stored':
      return `Stored, processing ${name}`;
    case 'elsewhere':
      return `${name} is being uploaded in another tab; it goes on here when that one is closed.`;
    case 'needs-file':
      return state.refused
        ? `That is not the file that the upload of ${name} began with. Nothing was sent.`
        : `${name} is not complete. This browser had no room to keep it: choose the same file to go on, or discard it.`;
    case 'failed':
      return state.message;
  }
}
