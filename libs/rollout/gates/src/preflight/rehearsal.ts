import { failed, passed, unknown, warned, type PreflightCheck } from './check.ts';

/** "Migration has been tested against a copy of production data." */
export const rehearsal: PreflightCheck = {
  name: 'rehearsal',
  judge: async ({ facts, release, pending, rules: { rehearseMigrations, rehearseUpTo } }) => {
    const names = await pending();
    if (names?.length === 0) return passed('nothing is pending');
    if (!rehearseMigrations) return warned('what is pending is not rehearsed on a copy of the data: that is switched off here');
    if (names === null) return unknown('the database does not run, so nothing can be rehearsed');
    const report = await facts.rehearse(release, rehearseUpTo);
    if (report.outcome === 'impossible') return unknown(report.reason);
    if (report.outcome === 'failed') return failed(`on a copy of the data: ${report.reason}`);
    const missing = names.filter((name) => !report.migrations.includes(name));
    if (missing.length > 0) return failed(`on a copy of the data ${missing.join(', ')} did not run`);
    return passed(`${counted(names.length, 'migration')} ran on a copy of the data (${counted(report.rows, 'row')}) in ${report.ms} ms`);
  },
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
