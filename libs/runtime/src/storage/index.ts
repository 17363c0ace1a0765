export { ChecksumMismatch, type Multipart, type PartClaim, type StoredPart } from './multipart-uploads.ts';
export { ObjectStore, type StoreConfig } from './object-store.ts';
