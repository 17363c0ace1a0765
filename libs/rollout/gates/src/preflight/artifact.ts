import { failed, passed, type PreflightCheck } from './check.ts';

/** "Docker images have been built and pushed": the release is whole, and is what was built. */
export const artifact: PreflightCheck = {
  name: 'artifact',
  judge: async ({ facts, release }) => {
    const { missing, digest } = await facts.artifact(release);
    if (missing.length > 0) return failed(`${release.tag} lacks ${missing.join(', ')}; build it again`);
    if (digest !== release.digest) {
      return failed(
        `${release.tag} was changed after it was built: its digest is ${shortDigest(digest)}, its manifest says ${shortDigest(release.digest)}; build it again`,
      );
    }
    return passed(`${release.tag} is whole, ${shortDigest(digest)}`);
  },
};

/** `sha256:2f98041dacab` */
export const shortDigest = (digest: string): string => digest.slice(0, 'sha256:'.length + 12);
