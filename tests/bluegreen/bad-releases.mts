import { parseArgs } from 'node:util';
import { LocalEnvironment } from '@devplatform/harness';
import { BAD_RELEASES, type BadRelease } from './bad-releases/bad-release.ts';
import { runCase } from './bad-releases/bad-case.ts';
import type { Judged } from './bad-releases/judgement.ts';
import { tableOf } from './bad-releases/table.ts';
import { Workshop } from './bad-releases/workshop.ts';
import { Interruption } from './interruption.ts';

const HELP = `npx nx bad-releases bluegreen [-- --only NAME …] [-- --json]

Builds releases that are bad, each in a way of its own, from a patched copy of the sources, and deploys each under load (100
requests/s, ten editors, some jobs) by the real command line. Exit code 0 only if each was caught by whom it had to be caught
by, the users of the good slot noticed nothing, and the last bad answer came at most 2 s after the monitor's verdict.

${BAD_RELEASES.map(({ name, title }) => `  ${name.padEnd(18)} ${title}`).join('\n')}

  npx nx bad-releases bluegreen                            all, about five minutes
  npx nx bad-releases bluegreen -- --only errors           one of them
  npx nx bad-releases bluegreen -- --json                  the rows as JSON; progress goes to standard error

"s to verdict" counts from the switch, or where there was none from the beginning of the run. A slow release answers what it had
got before the way back later, by its own slowness: then the 2 s are for the last request that it got ("sent").`;

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
const chosen = BAD_RELEASES.filter(({ name }) => values.only?.includes(name) ?? true);
const strange = values.only?.find((only) => !BAD_RELEASES.some(({ name }) => name === only));
if (values.help) {
  console.log(HELP);
} else if (strange !== undefined) {
  console.error(`There is no bad release ${strange}; there are ${BAD_RELEASES.map(({ name }) => name).join(', ')}. Nothing was started.`);
  process.exitCode = 2;
} else {
  process.exitCode = await run(chosen);
}

/** Resolves to the exit code. */
async function run(releases: readonly BadRelease[]): Promise<number> {
  const interruption = new Interruption();
  const building = new AbortController();
  await using workshop = new Workshop();
  const stop = async (): Promise<void> => {
    building.abort(new Error('interrupted'));
    await workshop[Symbol.asyncDispose]();
  };
  interruption.ends({ home: workshop.releases, [Symbol.asyncDispose]: stop });
  for (const build of new Set(releases.flatMap((release) => [release.base, release.build]).filter((each) => each !== null)))
    console.error(`${await workshop.build(build, building.signal)} is built`);
  console.error('v1.2.0 comes up on blue');
  await using environment = await LocalEnvironment.bringUp({ releases: workshop.releases });
  interruption.ends({
    home: environment.home,
    [Symbol.asyncDispose]: async () => {
      await environment[Symbol.asyncDispose]();
      await stop();
    },
  });
  const results: Judged[] = [];
  for (const release of releases) {
    console.error(`${release.title} …`);
    const result = await runCase(environment, release);
    results.push(result);
    console.error(`${result.faults.length === 0 ? '✓' : '✗'} ${result.title}: ${result.caughtBy}`);
  }
  const verified = await environment.command(['log', 'backend', '--verify']);
  const broken = [
    ...results.flatMap(({ title, faults }) => faults.map((fault) => `${title}: ${fault}`)),
    ...(verified.exitCode === 0 ? [] : [`the deployment log does not verify: ${verified.output}`]),
  ];
  if (values.json) console.log(JSON.stringify({ holds: broken.length === 0, results, broken }));
  else console.log([tableOf(results), ...broken.map((line) => `✗ ${line}`)].join('\n'));
  return broken.length === 0 ? 0 : 1;
}
