import { hashBlob } from './hash-blob.ts';

export type HashMessage = { readonly bytes: number } | { readonly sha256: string } | { readonly failed: string };

const tell = (message: HashMessage): void => {
  postMessage(message);
};

addEventListener('message', ({ data }: MessageEvent<Blob>) => {
  hashBlob(data, (bytes) => {
    tell({ bytes });
  }).then(
    (sha256) => {
      tell({ sha256 });
    },
    (error: unknown) => {
      tell({ failed: String(error) });
    },
  );
});
