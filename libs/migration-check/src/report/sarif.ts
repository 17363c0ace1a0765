import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Judgement, LocatedFinding } from '../input/migration-case.ts';
import { RuleName } from '../verdict.ts';
import { RULE_TITLES } from './rule-titles.ts';

/** A page a rule, in the repository that the checker runs from. */
const PAGES = join(import.meta.dirname, '../../../../docs/migrations/rules');

/** A log of one run. SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html; the numbers are its sections. */
export function sarifReport({ findings }: Judgement): string {
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          // 3.19: all rules, so that a result names one by its place too.
          tool: { driver: { name: 'devplatform-migration-check', informationUri: 'https://www.postgresql.org/docs/18/', rules } },
          columnKind: 'unicodeCodePoints',
          results: findings.map(resultOf),
        },
      ],
    },
    null,
    2,
  );
}

/** 3.49 reportingDescriptor; 3.49.12 wants an absolute URI. */
const rules = RuleName.options.map((rule) => ({
  id: rule,
  shortDescription: { text: RULE_TITLES[rule] },
  helpUri: pathToFileURL(join(PAGES, `${rule}.md`)).href,
  help: { text: `docs/migrations/rules/${rule}.md` },
  defaultConfiguration: { level: 'error' },
}));

/** 3.27 result. */
function resultOf({ rule, kind, verdict, statement, line, message, rewrite, source }: LocatedFinding) {
  const lines = statement.trimEnd().split('\n').length;
  return {
    ruleId: rule,
    ruleIndex: RuleName.options.indexOf(rule),
    // 3.27.9: with a kind other than `fail` the level has to be `none`, and viewers would hide it; so unknown is a failure too.
    kind: 'fail',
    level: 'error',
    message: { text: `${message}\nSafe: ${rewrite}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(source) },
          region: { startLine: line, endLine: line + lines - 1, snippet: { text: statement } },
        },
      },
    ],
    properties: { axis: kind, verdict },
  };
}

/** 3.4.3: a relative reference, or absolute with its scheme. */
const uriOf = (path: string): string =>
  isAbsolute(path) ? pathToFileURL(path).href : path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
