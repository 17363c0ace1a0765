const POLICY = {
  'default-src': "'none'",
  // Decoding meshes and hashing files run as WebAssembly.
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'style-src': "'self'",
  // Textures inside a GLB become blobs; thumbnails come from the store behind the same origin.
  'img-src': "'self' data: blob:",
  'connect-src': "'self' data: blob:",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
};

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': Object.entries(POLICY)
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; '),
  'X-Content-Type-Options': 'nosniff',
  // Presigned URLs and project ids stay out of other sites' logs.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
