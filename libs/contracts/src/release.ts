/**
 * Which release this code was built as. The bundler replaces `process.env.DEVPLATFORM_RELEASE` by a literal, so an
 * artifact of v1.2.0 does not even contain what only v1.3.0 knows; unbundled code (tests, scripts) is the newest one.
 */
export const RELEASES = ['1.2.0', '1.3.0'] as const;
export type ReleaseVersion = (typeof RELEASES)[number];

/** Version without a leading `v`, as `/api/v1/health` and `X-API-Version` show it. */
export const RELEASE: ReleaseVersion = process.env.DEVPLATFORM_RELEASE === '1.2.0' ? '1.2.0' : '1.3.0';

/** True from v1.3.0 on: annotations can be resolved, acknowledgements say when they were committed, jobs of contract 2. */
export const SINCE_1_3: boolean = process.env.DEVPLATFORM_RELEASE !== '1.2.0';

/** Realtime protocol versions that this release speaks, both ends included. */
export const PROTOCOL_WINDOW: readonly [min: number, max: number] = SINCE_1_3 ? [1, 2] : [1, 1];

/** Contract versions of the model-processing job that this release can consume, ascending. */
export const JOB_CONTRACTS: readonly number[] = SINCE_1_3 ? [1, 2] : [1];

/** The oldest page release that this API still serves; raised only when a contract is removed. */
export const MINIMUM_CLIENT: string = '1.2.0';

/** By number, not by text: 1.10.0 is newer than 1.9.0. False where one of them is no version, so that nothing is forced by a guess. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => /^v?(\d+)\.(\d+)\.(\d+)$/.exec(text)?.slice(1).map(Number));
  if (!a || !b) return false;
  const differing = a.findIndex((part, i) => part !== b[i]);
  return differing >= 0 && (a[differing] ?? 0) < (b[differing] ?? 0);
}

/** `v1.3.0`, `1.3.0` → `1.3.0`. */
export const bareVersion = (tag: string): string => tag.replace(/^v/, '');
/** `1.3.0`, `v1.3.0` → `v1.3.0`, as image tags and release folders are named. */
export const versionTag = (version: string): string => `v${bareVersion(version)}`;
