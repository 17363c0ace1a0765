import { PART_BYTES } from '@devplatform/contracts';
import { hashFile, type FileHash } from './hash-file.ts';

export type HashMessage = { readonly bytes: number } | { readonly hash: FileHash } | { readonly failed: string };

const tell = (message: HashMessage): void => {
  postMessage(message);
};

addEventListener('message', ({ data }: MessageEvent<Blob>) => {
  hashFile(data, PART_BYTES, (bytes) => {
    tell({ bytes });
  }).then(
    (hash) => {
      tell({ hash });
    },
    (error: unknown) => {
      tell({ failed: String(error) });
    },
  );
});
