import { useCallback, useEffect, useRef, useState } from 'react';
import { client } from '../api/platform.ts';
import { messageOf } from '../api/problem.ts';
import { trackWork } from '../safe-point.ts';
import { hashInWorker } from './hash-in-worker.ts';
import { putPart } from './put-part.ts';
import { uploadModel, type UploadProgress } from './upload-model.ts';

export type UploadState =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly file: File; readonly progress: UploadProgress }
  | { readonly phase: 'stored'; readonly file: File }
  | { readonly phase: 'failed'; readonly file: File; readonly message: string };

/** One upload at a time; it is aborted when the page that started it is left. */
export function useUpload(projectId: string, onStored: () => void) {
  const [state, setState] = useState<UploadState>({ phase: 'idle' });
  const aborter = useRef<AbortController>(null);
  const abort = useCallback(() => {
    aborter.current?.abort(new Error('The upload was cancelled; nothing of it is kept.'));
  }, []);
  useEffect(() => abort, [abort]);

  const start = (file: File, modelId?: string): void => {
    const { signal } = (aborter.current = new AbortController());
    const onProgress = (progress: UploadProgress): void => {
      setState({ phase: 'running', file, progress });
    };
    onProgress({ step: 'reading', bytes: 0 });
    const work = uploadModel(file, projectId, { client, hash: hashInWorker, put: putPart, onProgress, signal }, modelId).then(
      () => {
        setState({ phase: 'stored', file });
        onStored();
      },
      (error: unknown) => {
        setState({ phase: 'failed', file, message: messageOf(error) });
      },
    );
    void work.finally(trackWork({ settled: () => work }));
  };
  return { state, start, abort };
}
