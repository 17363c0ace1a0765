/** What a migration does to the release that is still running: only `contract` may break it, one release later. */
export interface Phased {
  readonly phase: 'expand' | 'backfill' | 'contract';
}
