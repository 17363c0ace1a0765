import { DeploymentRecord, RolloutError, summaryInWords } from '@devplatform/rollout-engine';
import Table from 'cli-table3';
import type { LogContent } from './file-log.ts';

/** The answer of `nx log backend`. */
export interface LogAnswer {
  readonly type: 'log';
  readonly records: readonly DeploymentRecord[];
  /** Lines that hold no record which this version can read; `--verify` says whether they were damaged. */
  readonly unreadable: number;
}

/** The newest `limit` runs, the oldest of them first. */
export function answerOf({ lines }: LogContent, limit: number): LogAnswer {
  const records = lines.flatMap((line) => {
    const record = DeploymentRecord.safeParse(line?.kind === 'link' ? line.link.record : line?.record);
    return record.success ? [record.data] : [];
  });
  return { type: 'log', records: records.slice(-limit), unreadable: lines.length - records.length };
}

/** Throws `unknown-run` where none, or more than one, begins so. */
export function runOf({ records }: LogAnswer, id: string): DeploymentRecord {
  const found = records.filter((record) => record.id.startsWith(id));
  const [record] = found;
  if (record !== undefined && found.length === 1) return record;
  throw new RolloutError(
    'unknown-run',
    `${found.length === 0 ? 'No run' : `${found.length} runs`} in the deployment log begin${found.length === 0 ? 's' : ''} with ${id}.`,
    {
      untouched: 'Nothing was changed.',
      next: '`npx nx log backend --json` has the ids.',
    },
  );
}

export function logText({ records, unreadable }: LogAnswer): string {
  if (records.length === 0) return 'The deployment log is empty.';
  const table = new Table({
    head: ['began', 'what', 'by', 'version', 'active slot', 'outcome', 'smoke', 'effective', 'longest gap', 'issues'],
    style: { head: [], border: [] },
  });
  for (const record of records) {
    const { kind, deployer, startedAt, version, slots, outcome, gates, switch: moved, ledger, issues } = record;
    const smoke = gates.findLast(({ name }) => name === 'smoke')?.result;
    const checks = smoke && `${smoke.checks.filter(({ status }) => status === 'passed').length} of ${smoke.checks.length}`;
    table.push([
      ...[startedAt.slice(0, 19).replace('T', ' '), kind, deployer],
      ...[
        `${version.previous ?? 'none'} → ${version.next ?? '?'}`,
        `${slots.before ?? 'none'} → ${slots.after ?? 'none'}`,
        outcome,
        checks ?? '',
      ],
      ...[moved === null ? '' : `${Math.round(moved.effectiveMs)} ms`, ledger?.crossed == null ? '' : `${ledger.crossed.longestGapMs} ms`],
      issues.length === 0 ? '' : String(issues.length),
    ]);
  }
  const rest = unreadable === 0 ? '' : `\n${unreadable} more lines cannot be read; see --verify`;
  return `${table.toString()}${rest}`;
}

/** One run with everything that the log has of it. */
export function recordText(record: DeploymentRecord): string {
  const { id, kind, target, deployer, reopened, startedAt, finishedAt, outcome, version, slots, migrations, steps, gates, ledger, issues } =
    record;
  const facts: readonly (readonly [string, string])[] = [
    ['run', `${kind} ${id} on ${target}, ${outcome}`],
    ['by', [deployer, ...reopened.map(({ verb, by, at }) => `${verb} by ${by} at ${at}`)].join(', ')],
    ['time', `${startedAt} to ${finishedAt}`],
    ['version', `${version.previous ?? 'none'} → ${version.next ?? '?'} (${version.digest ?? 'no digest'})`],
    ['active slot', `${slots.before ?? 'none'} → ${slots.after ?? 'none'}`],
    ['migrations', migrations.length === 0 ? 'none' : migrations.join(', ')],
    ...steps.map(({ name, ok, ms, detail }): [string, string] => [`${ok ? '✓' : '✗'} ${name}`, `${Math.round(ms)} ms  ${detail}`]),
    ...gates.flatMap(({ name, result }) =>
      result.checks.map((check): [string, string] => [`${name}: ${check.name}`, `${check.status}  ${check.detail}`]),
    ),
    ['ledger', ledger === null ? 'nothing to hand over' : ledger.crossed === null ? 'nobody can say' : summaryInWords(ledger.crossed)],
    ['issues', issues.length === 0 ? 'none' : issues.join('\n')],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, text]) => `${name.padEnd(width)}  ${text.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`).join('\n');
}

/** The answer of `nx log backend --verify`. */
export interface Verification {
  readonly type: 'verification';
  readonly holds: boolean;
  readonly links: number;
  /** Written before the log had hashes: nothing can be said of them. */
  readonly beforeChain: number;
  readonly fault: LogContent['fault'];
  readonly torn: boolean;
}

export function verificationOf({ lines, fault, torn }: LogContent): Verification {
  const count = (kind: 'link' | 'before-chain'): number => lines.filter((line) => line?.kind === kind).length;
  return { type: 'verification', holds: fault === null, links: count('link'), beforeChain: count('before-chain'), fault, torn };
}

export function verificationText({ links, beforeChain, fault, torn }: Verification): string {
  const older = beforeChain === 0 ? '' : `, and ${beforeChain} from before the chain, which nothing can be said of`;
  const half = torn ? '\nThe last line is half-written: a run was killed there. `npx nx resume backend` writes it again.' : '';
  if (fault !== null) return `✗ line ${fault.line}: ${fault.why}${half}`;
  return `✓ ${links} ${links === 1 ? 'record' : 'records'}, the chain is unbroken${older}${half}`;
}
