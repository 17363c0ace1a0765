import type { Judgement, LocatedFinding } from '../input/migration-case.ts';

/**
 * One `::error` a finding, which GitHub shows at the line.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
 */
export function githubReport({ verdict, findings, migrations }: Judgement): string {
  const lines = findings.map(annotation);
  const summary = `${verdict}: ${findings.length} findings in ${migrations} migrations`;
  return [...lines, verdict === 'safe' ? `::notice title=migrations::${summary}` : summary].join('\n');
}

function annotation({ source, line, rule, kind, verdict, message, rewrite }: LocatedFinding): string {
  const properties = { file: source, line: String(line), title: `${rule} (${kind}, ${verdict})` };
  const listed = Object.entries(properties).map(([name, value]) => `${name}=${escapedProperty(value)}`);
  return `::error ${listed.join(',')}::${escapedData(`${message}\nSafe: ${rewrite}`)}`;
}

/** As actions/toolkit's `escapeData` and `escapeProperty` do: the percent sign first. */
const escapedData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapedProperty = (text: string): string => escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
