import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { gzip } from './vite-gzip.ts';

const backend = process.env.BACKEND_URL ?? 'http://127.0.0.1:8000';
const store = process.env.S3_ENDPOINT ?? 'http://127.0.0.1:9000';
const release = process.env.DEVPLATFORM_RELEASE ?? '';

export default defineConfig({
  plugins: [react(), gzip()],
  define: { 'process.env.DEVPLATFORM_RELEASE': JSON.stringify(release) },
  build: {
    outDir: process.env.OUT_DIR ?? `../../dist/releases/v${release || 'dev'}/frontend/public`,
    emptyOutDir: true,
    sourcemap: false,
    // three alone is larger than the default of 500 kB; it comes with the viewer only.
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/api': backend,
      '/ws': { target: backend, ws: true },
      // Presigned URLs name the page's own address: the signature covers the Host header, so it must stay.
      '/devplatform': { target: store, changeOrigin: false },
    },
  },
});
