import { useEffect } from 'react';
import { account } from '../api/account.ts';
import { client } from '../api/platform.ts';
import { useStore } from '../store.ts';
import { hashInWorker } from './hash-in-worker.ts';
import { KeptUploads } from './kept-uploads.ts';
import { ModelUploads } from './model-uploads.ts';
import { putPart } from './put-part.ts';
import type { ShownUpload } from './upload-state.ts';

export const uploads = new ModelUploads({
  client,
  kept: new KeptUploads(),
  hash: hashInWorker,
  put: putPart,
  userId: () => account.current()?.user.id,
});

/** The uploads of one project, those that an earlier page left too; `onStored` is called when one more is stored. */
export function useUploads(projectId: string, onStored: () => void): readonly ShownUpload[] {
  const userId = account.current()?.user.id;
  const shown = useStore(uploads.shown).filter(({ upload }) => upload.projectId === projectId && upload.userId === userId);
  const stored = shown.filter(({ state }) => state.phase === 'stored').length;
  useEffect(() => {
    void uploads.resume(projectId);
  }, [projectId]);
  useEffect(() => {
    // The news is that one more is stored, not another callback.
    if (stored > 0) onStored();
  }, [stored]);
  return shown;
}
