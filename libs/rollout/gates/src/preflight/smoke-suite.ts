import { JOB_CONTRACTS, PROTOCOL_WINDOW } from '@devplatform/contracts';
import { failed, passed, type PreflightCheck } from './check.ts';

/** "Smoke test suite is up to date": the suite speaks everything that the release speaks, so nothing of it goes untested. */
export const smokeSuite: PreflightCheck = {
  name: 'smoke suite',
  // eslint-disable-next-line @typescript-eslint/require-await -- other checks have to ask
  judge: async ({ release: { tag, contracts, protocol } }) => {
    const [min, max] = PROTOCOL_WINDOW;
    const strange = contracts.filter((contract) => !JOB_CONTRACTS.includes(contract));
    const faults = [
      ...(protocol[1] > max || protocol[1] < min ? [`protocol ${protocol[1]} (the suite: ${min} to ${max})`] : []),
      ...(strange.length > 0 ? [`job contract ${strange.join(', ')} (the suite: ${JOB_CONTRACTS.join(', ')})`] : []),
    ];
    if (faults.length > 0) return failed(`${tag} speaks ${faults.join(' and ')}; deploy it with the command line that was built with it`);
    return passed(`it speaks protocol ${protocol[1]} and job contract ${contracts.join(', ')} as ${tag} does`);
  },
};
