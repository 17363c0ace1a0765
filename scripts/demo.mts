import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  LocalEnvironment,
  reportOf,
  runCommand,
  summaryOf,
  switchUnderLoad,
  verdictOf,
  type CommandEvent,
  type Minimum,
  type News,
  type Scenario,
  type UploadFile,
} from '@devplatform/harness';
import { $, chalk } from 'zx';
import { root } from './bundle.mts';
import { setUpRedis } from './setup.mts';

const HELP = `npm run demo [-- --headless] [-- --json]

Brings v1.2.0 up on blue, lets people work in it, deploys v1.3.0 to green in the middle of that, takes it back and puts it
forward again; then says what happened to every request, session, upload and job. Stays up until Ctrl-C.

  npm run demo                            with the page to look at in the end
  npm run demo -- --headless              ends by itself; exit code 0 only if nothing was lost
  npm run demo -- --headless --json       the same for programs: one JSON object on standard output

Everything lives in .devplatform/demo, which is made anew each time.`;

const HOME = join(root, '.devplatform/demo');
const RELEASES = join(root, 'dist/releases');

/** A dozen people leave the machine room enough to watch; less than this would show nothing. */
const ENOUGH: Minimum = {
  ...{ requests: 2000, requestsPerSecond: 80, sessions: 32, editsPerSecond: 40, largestUpload: 100_000_000, jobs: 0 },
};

const { values } = parseArgs({
  options: { headless: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
const interrupted = new AbortController();
process.on('SIGINT', () => {
  interrupted.abort();
});
const interruption = new Promise<never>((_, reject) => {
  interrupted.signal.addEventListener('abort', () => {
    reject(new Error('interrupted'));
  });
});
interruption.catch(() => undefined);
if (values.help) console.log(HELP);
// Whatever an interrupted demonstration was waiting for ends with it.
else process.exit(await demonstrate({ headless: values.headless ?? false, json: values.json ?? false }));

/** Resolves to the exit code. */
async function demonstrate({ headless, json }: { headless: boolean; json: boolean }): Promise<number> {
  const say = (line: string): void => {
    if (!json) console.log(line);
  };
  const tell = narrator(say);
  try {
    await prepare(say);
    tell({ type: 'stage', stage: 'v1.2.0 comes up on blue, with PostgreSQL, Redis and an object store' });
    await using environment = await LocalEnvironment.bringUp({
      ...{ home: HOME, releases: RELEASES },
      onEvent: (event) => {
        tell({ type: 'step', event });
      },
    });
    say(`\n  The platform is at ${chalk.bold.underline(environment.publicUrl)}`);
    const evidence = await Promise.race([switchUnderLoad(environment, { ...(await scenario()), tell }), interruption]);
    const findings = verdictOf(evidence, ENOUGH);
    const holds = findings.every((finding) => finding.holds);
    say(`\n${reportOf(evidence, findings)}\n`);
    say(holds ? chalk.green.bold('Nothing was lost.') : chalk.red.bold('Something was lost; see the lines with ✗.'));
    if (json) console.log(JSON.stringify(summaryOf(evidence, findings), null, 2));
    if (!headless && !interrupted.signal.aborted) {
      say(`\nv1.3.0 serves on green at ${chalk.bold.underline(environment.publicUrl)}. Ctrl-C ends everything.`);
      // A signal handler alone does not keep a process alive.
      const alive = setInterval(() => undefined, 60_000);
      await interruption.catch(() => undefined);
      clearInterval(alive);
    }
    say('\nEnding everything that was started …');
    return holds ? 0 : 1;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

/** Everything that is needed before anything starts; an earlier demonstration that was killed may still run. */
async function prepare(say: (line: string) => void): Promise<void> {
  await setUpRedis();
  say('Building v1.2.0 and v1.3.0, or taking them from the cache …');
  await $({ cwd: root, quiet: true })`nx build scripts`;
  await runCommand(['down', '--home', HOME, '--releases', RELEASES]);
  rmSync(HOME, { recursive: true, force: true });
}

async function scenario(): Promise<Scenario> {
  const models = await realModels();
  return {
    size: { requestsPerSecond: 100, scenes: 8, editorsPerScene: 4, editsPerSecond: 48 },
    steadySeconds: 3,
    requests: ENOUGH.requests,
    upload: { fileName: 'hundred-megabytes.glb', content: { bytes: 100_000_000, seed: 1 }, bandwidth: 8 },
    jobs: Array.from({ length: 8 }, () => models).flat(),
    jobsUnderWay: 6,
  };
}

/** What the package carries, as data URLs. */
async function realModels(): Promise<readonly UploadFile[]> {
  const modules = await Promise.all([
    import('@pmndrs/assets/models/bunny.glb.js'),
    import('@pmndrs/assets/models/suzi.glb.js'),
    import('@pmndrs/assets/models/pmndrs.glb.js'),
  ]);
  return ['bunny.glb', 'suzi.glb', 'pmndrs.glb'].map((fileName, i) => {
    const url = modules[i]?.default ?? '';
    return { fileName, content: new Uint8Array(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')) };
  });
}

function narrator(say: (line: string) => void): (news: News) => void {
  return (news) => {
    if (news.type === 'stage') say(`\n${chalk.bold(news.stage)}`);
    else if (news.type === 'step') narrateStep(news.event, say);
  };
}

function narrateStep(event: CommandEvent, say: (line: string) => void): void {
  const line = (mark: string, what: string, ms: number, detail: string): void => {
    say(`  ${mark} ${what.padEnd(11)} ${`${(ms / 1000).toFixed(1)} s`.padStart(7)}  ${chalk.dim(detail)}`);
  };
  if (event.type === 'step-done') line(chalk.green('✓'), event.step, event.ms, event.detail);
  else if (event.type === 'step-failed') line(chalk.red('✗'), event.step, event.ms, event.detail);
  else if (event.type === 'gate' && event.gate === 'smoke')
    say(chalk.dim(`      ${event.check.status === 'passed' ? '·' : '✗'} ${event.check.name}`));
  else if (event.type === 'note') say(chalk.dim(`      ${event.text}`));
}
