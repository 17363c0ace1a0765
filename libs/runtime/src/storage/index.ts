export { ObjectStore, type StoreConfig, type StoredPart } from './object-store.ts';
