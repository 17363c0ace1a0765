export { type DatabaseManifest, MANIFEST_FILE, ManifestError, parseManifest, readManifest } from './manifest.ts';
export { judgeSuccession, type SuccessionReport } from './succession.ts';
export { loadParser } from '../sql/statement.ts';
