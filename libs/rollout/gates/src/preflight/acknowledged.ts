import { failed, passed, type PreflightCheck, type Verdict } from './check.ts';
import { acknowledge, EXCEPTIONS, type Acknowledged, type PreflightRules } from './rules.ts';

/** One check for each sentence that is asked for, and one for each that nobody asks for: a misspelt one must not count as said. */
export function acknowledged(required: PreflightRules['acknowledge'], { given, by }: Acknowledged): readonly PreflightCheck[] {
  const known = [...Object.keys(required), ...EXCEPTIONS];
  const strange = given.filter((name) => !known.includes(name));
  return [
    ...Object.entries(required).map(([name, sentence]) =>
      check(
        name,
        given.includes(name)
          ? passed(`"${sentence}": said by ${by}`)
          : failed(`"${sentence}": nobody says so; say it with ${acknowledge(name)}`),
      ),
    ),
    ...strange.map((name) => check(name, failed(`nobody asks for ${name}; what can be acknowledged: ${known.join(', ')}`))),
  ];
}

const check = (name: string, verdict: Verdict): PreflightCheck => ({
  name: `acknowledged: ${name}`,
  judge: () => Promise.resolve(verdict),
});
