import { describe, expect, it, beforeAll, afterAll } from '@jest/globals';
import { LocalEnvironment, MUST_SHOW, reportOf, switchUnderLoad, verdictOf, type Evidence, type Finding } from '@devplatform/harness';
import { RELEASES } from './releases.ts';

const PROMISES = ['BG-0', 'BG-1', 'BG-2', 'BG-3', 'BG-4', 'BG-5', 'BG-6', 'BG-7', 'BG-8', 'BG-9'];

describe('a switch, a rollback and the way forward again under load', () => {
  let environment: LocalEnvironment;
  let evidence: Evidence;
  let findings: readonly Finding[];

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
    evidence = await switchUnderLoad(environment, {
      size: { requestsPerSecond: 310, scenes: 40, editorsPerScene: 5, editsPerSecond: 208 },
      steadySeconds: 5,
      requests: 20_500,
      upload: { fileName: 'hundred-megabytes.glb', content: { bytes: 100_000_000, seed: 1 }, bandwidth: 3 },
      jobsUnderWay: 18,
      jobs: Array.from({ length: 48 }, (_, i) => ({ fileName: 'one-megabyte.glb', content: { bytes: 1_000_000, seed: 2 + i } })),
    });
    findings = verdictOf(evidence, MUST_SHOW);
    console.log(reportOf(evidence, findings));
  }, 180_000);

  afterAll(() => environment[Symbol.asyncDispose](), 60_000);

  it.each(PROMISES)('%s: holds', (promise) => {
    expect(findings.find((finding) => finding.promise === promise)?.broken).toEqual([]);
  });
});
