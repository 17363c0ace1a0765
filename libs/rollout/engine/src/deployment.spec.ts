import { describe, expect, it } from '@jest/globals';
import { wording } from './command.ts';
import { deploy, planDeployment } from './deployment.ts';
import { JournalEntry } from './journal.ts';
import { bench, failed, type Bench } from './spec-support/bench.ts';
import { FakeTarget, GOOD, OTHER } from './spec-support/fake-target.ts';

const request = (release: string, slot?: 'blue' | 'green') => ({ deployer: 'ops@host', release, ...(slot !== undefined && { slot }) });

/** v1.2.0 serves from blue. */
async function served(options: Parameters<typeof bench>[0] = {}): Promise<Bench> {
  const target = options.target ?? new FakeTarget();
  await deploy(request(GOOD.tag), bench({ target }));
  target.calls.length = 0;
  return bench({ ...options, target });
}
function interruptDuring(call: string, { target, interrupt }: Bench): void {
  target.fault = (next) => {
    if (next === call) interrupt();
    return undefined;
  };
}
const effects = ({ target }: Bench): string[] => target.calls.filter((call) => !call.startsWith('heartbeat'));

describe('deploy', () => {
  it('brings up a first environment and serves from blue', async () => {
    const ports = bench();
    const record = await deploy(request(GOOD.tag), ports);
    expect(effects(ports)).toEqual(['prepare', `migrate ${GOOD.tag}`, 'deploy blue', 'switch blue', 'start-work blue']);
    expect(record).toMatchObject({
      ...{ outcome: 'done', deployer: 'ops@host', target: 'fake', slots: { before: null, after: 'blue' }, ledger: null, issues: [] },
      ...{ version: { previous: null, next: GOOD.tag, digest: GOOD.digest }, migrations: GOOD.migrations },
    });
    expect(record.steps[0]?.detail).toContain('was brought up');
  });

  it('moves users to the inactive slot and accounts for what was in flight', async () => {
    const ports = await served();
    const record = await deploy(request(OTHER.tag), ports);
    expect(effects(ports)).toEqual([
      ...['prepare', `migrate ${OTHER.tag}`, 'deploy green', 'switch green', 'open-ledger blue'],
      ...['start-work green', 'pause-work blue', 'drain blue'],
    ]);
    expect(record).toMatchObject({ slots: { before: 'blue', after: 'green' }, version: { previous: GOOD.tag, next: OTHER.tag } });
    expect(record.ledger).toEqual({
      counted: { socket: 5, request: 0, upload: 0, job: 0, page: 0 },
      crossed: { outcomes: { socket: { moved: 5 } }, longestGapMs: 0 },
    });
    expect(record.left).toMatchObject({ sockets: 0 });
    expect(ports.target.ledgers[0]).toMatchObject({ handoverId: record.id, from: 'blue', to: 'green' });
    expect(record.gates.map(({ name, result }) => `${name} ${result.status}`)).toEqual([
      'preflight passed',
      'readiness passed',
      'smoke passed',
    ]);
    expect(ports.records).toEqual([record]);
    expect(ports.target.slots.blue.running).toBe(true);
  });

  it('writes to the journal before and after each effect', async () => {
    const ports = await served();
    await deploy(request(OTHER.tag), ports);
    for (const entry of ports.entries) expect(JournalEntry.parse(JSON.parse(JSON.stringify(entry)))).toEqual(entry);
    const types = ports.entries.map((entry) => ('step' in entry ? `${entry.type} ${entry.step}` : entry.type));
    expect(types.slice(0, 5)).toEqual(['opened', 'doing prepare', 'done prepare', 'planned', 'doing preflight']);
    expect(types.at(-1)).toBe('closed');
  });

  it('BG-20: touches nothing of the release when the preflight gate fails', async () => {
    const ports = await served({ verdict: (gate) => (gate === 'preflight' ? failed : { status: 'passed', detail: '', checks: [] }) });
    await expect(deploy(request(OTHER.tag), ports)).rejects.toMatchObject({ code: 'gate-failed', next: expect.stringContaining('checks') });
    expect(effects(ports)).toEqual(['prepare']);
    expect(ports.records[0]).toMatchObject({ outcome: 'undone', migrations: [], slots: { before: 'blue', after: 'blue' } });
  });

  it.each(['readiness', 'smoke'] as const)('BG-20: switches nothing and stops the new slot when the %s gate fails', async (broken) => {
    const ports = await served({ verdict: (gate) => (gate === broken ? failed : { status: 'passed', detail: '', checks: [] }) });
    await expect(deploy(request(OTHER.tag), ports)).rejects.toMatchObject({
      code: 'gate-failed',
      message: `The ${broken} gate of ${OTHER.tag} in green failed: not fine.`,
      untouched: expect.stringContaining(`blue (${GOOD.tag}) serves as before`),
    });
    expect(effects(ports)).toEqual(['prepare', `migrate ${OTHER.tag}`, 'deploy green', 'stop green']);
    expect(ports.target).toMatchObject({ active: 'blue', slots: { blue: { running: true, working: true }, green: { running: false } } });
    expect(ports.records[0]).toMatchObject({ outcome: 'undone', slots: { before: 'blue', after: 'blue' } });
  });

  it('does not take unknown for passed', async () => {
    const ports = await served({ verdict: () => ({ status: 'unknown', reason: 'too few samples', checks: [] }) });
    await expect(deploy(request(OTHER.tag), ports)).rejects.toThrow('could not tell: too few samples');
    expect(ports.target.active).toBe('blue');
  });

  it('goes back by itself when a step after the switch fails', async () => {
    const ports = await served();
    ports.target.fault = (call) => (call === 'start-work green' ? 'before' : undefined);
    await expect(deploy(request(OTHER.tag), ports)).rejects.toMatchObject({ message: expect.stringContaining('Traffic is on blue again') });
    expect(effects(ports).slice(3)).toEqual([
      ...['switch green', 'open-ledger blue', 'start-work green'],
      ...['undrain blue', 'switch blue', 'open-ledger green', 'start-work blue', 'pause-work green', 'drain green', 'stop green'],
    ]);
    expect(ports.records[0]).toMatchObject({ outcome: 'undone', slots: { before: 'blue', after: 'blue' } });
  });

  it('does not go back to a slot that has died, and says so', async () => {
    const ports = await served({ verdict: (_, slot) => (slot === 'green' ? { status: 'passed', detail: '', checks: [] } : failed) });
    ports.target.fault = (call) => (call === 'drain blue' ? 'before' : undefined);
    await expect(deploy(request(OTHER.tag), ports)).rejects.toThrow(/It was not taken back: The standby gate of .* in blue failed/);
    expect(ports.target).toMatchObject({ active: 'green', slots: { green: { running: true } } });
    expect(ports.records[0]?.outcome).toBe('stranded');
  });

  it('replaces an active release that has crashed', async () => {
    const ports = await served();
    ports.target.crash('blue');
    await deploy(request(OTHER.tag, 'green'), ports);
    expect(ports.target).toMatchObject({ active: 'green', slots: { green: { working: true } } });
  });

  it('BG-31: refuses the active slot and takes no lock for it', async () => {
    const ports = await served();
    await expect(deploy(request(OTHER.tag, 'blue'), ports)).rejects.toMatchObject({ code: 'slot-active' });
    expect(ports.target.calls).toEqual([]);
    expect(ports.entries).toEqual([]);
  });

  it('refuses to run beside another deployment', async () => {
    const ports = await served();
    await ports.target.lease({ who: 'eve@host', deploymentId: crypto.randomUUID() });
    await expect(deploy(request(OTHER.tag), ports)).rejects.toThrow('eve@host');
  });

  it('does nothing more once somebody else holds the lock', async () => {
    const ports = await served();
    ports.target.fault = (call) => {
      if (call === 'deploy green') ports.target.stealLease();
      return undefined;
    };
    await expect(deploy(request(OTHER.tag), ports)).rejects.toMatchObject({ code: 'lease-lost' });
    expect(effects(ports).at(-1)).toBe('deploy green');
    expect(ports.records[0]?.outcome).toBe('stranded');
  });

  it('stops the new slot when it is interrupted before the switch', async () => {
    const ports = await served();
    interruptDuring('deploy green', ports);
    await expect(deploy(request(OTHER.tag), ports)).rejects.toMatchObject({ code: 'interrupted' });
    expect(effects(ports).at(-1)).toBe('stop green');
    expect(ports.target.active).toBe('blue');
  });

  it('says what is left when it is interrupted after the switch', async () => {
    const ports = await served();
    interruptDuring('start-work green', ports);
    await expect(deploy(request(OTHER.tag), ports)).rejects.toMatchObject({
      code: 'interrupted',
      message: expect.stringContaining('sessions of blue move to green'),
    });
    expect(ports.target).toMatchObject({ active: 'green', slots: { green: { running: true }, blue: { running: true } } });
  });

  it('hands over what an interrupted run left before it replaces that slot', async () => {
    const ports = await served();
    interruptDuring('start-work green', ports);
    await deploy(request(OTHER.tag), ports).catch(() => undefined);
    const again = bench({ target: ports.target });
    await deploy(request(GOOD.tag), again);
    expect(again.target).toMatchObject({ active: 'blue', violations: [] });
    expect(again.records[0]?.steps.map(({ name }) => name).slice(2, 5)).toEqual(['migrate', 'vacate', 'deploy']);
  });

  it('BG-61: does not take users to a slot that merely runs, because an earlier run could not stop it', async () => {
    const target = new FakeTarget();
    target.fault = (call) => (call === 'stop blue' ? 'before' : undefined);
    const unproven = bench({ target, verdict: (gate) => (gate === 'smoke' ? failed : { status: 'passed', detail: '', checks: [] }) });
    await expect(deploy(request(GOOD.tag), unproven)).rejects.toMatchObject({ code: 'gate-failed' });
    expect(target.slots.blue.running).toBe(true);
    target.fault = (call) => (call === 'start-work green' ? 'before' : undefined);
    await expect(deploy(request(OTHER.tag), bench({ target }))).rejects.toThrow('there was nothing to go back to from the step switch');
    expect(target.active).toBe('green');
  });

  it('does not replace a slot that holds sessions which nobody could take over', async () => {
    const ports = await served();
    await deploy(request(OTHER.tag), ports);
    ports.target.slots.blue.sockets = 3;
    ports.target.crash('green');
    await expect(deploy(request(OTHER.tag), bench({ target: ports.target }))).rejects.toMatchObject({
      message: 'blue has 3 sockets in flight, so it cannot be replaced yet.',
      next: expect.stringContaining('Roll back to blue'),
    });
    expect(ports.target.slots.blue).toMatchObject({ running: true, sockets: 3 });
  });

  it('begins no effect that the journal could not announce, and still takes back what was begun', async () => {
    const ports = await served();
    let room = 8;
    const journal = { ...ports.journal, append: () => (room-- > 0 ? Promise.resolve() : Promise.reject(new Error('ENOSPC'))) };
    await expect(deploy(request(OTHER.tag), { ...ports, journal })).rejects.toThrow('The journal could not be written: ENOSPC');
    expect(effects(ports)).toEqual(['prepare', `migrate ${OTHER.tag}`]);
    expect(ports.records[0]?.issues.join()).toContain('ENOSPC');
  });
});

describe('a switch that cannot account for everything', () => {
  it('LED-2: fails although users are on the new slot, and says what is missing', async () => {
    const ports = await served();
    ports.target.fault = (call) => {
      const [ledger] = ports.target.ledgers;
      if (call === 'drain blue') ledger?.rows.forEach((row, i) => Object.assign(row, { outcome: i === 0 ? 'forced' : 'moved' }));
      return undefined;
    };
    await expect(deploy(request(OTHER.tag), ports)).rejects.toMatchObject({
      code: 'unaccounted',
      message: expect.stringContaining('cannot account for everything: socket blue 0 forced.'),
      untouched: 'Traffic stays on green, and blue is as it was left.',
      next: expect.stringContaining('nx status backend --ledger'),
    });
    expect(ports.target).toMatchObject({ active: 'green', slots: { blue: { running: true }, green: { running: true, working: true } } });
    expect(ports.records[0]).toMatchObject({
      ...{ outcome: 'stranded', slots: { after: 'green' } },
      ledger: { crossed: { outcomes: { socket: { moved: 4, forced: 1 } } } },
    });
    expect(effects(ports).at(-1)).toBe('drain blue');
  });

  it('LED-2: fails where rows are missing that the engine has in its own book', async () => {
    const ports = await served();
    ports.target.fault = (call) => {
      if (call === 'drain blue') ports.target.ledgers[0]?.rows.splice(0, 2);
      return undefined;
    };
    await expect(deploy(request(OTHER.tag), ports)).rejects.toThrow('5 of the kind socket were counted, 3 have a row');
  });

  it('LED-2: fails where nobody counted', async () => {
    const ports = await served();
    ports.target.fault = (call) => (call === 'open-ledger blue' ? 'before' : undefined);
    await expect(deploy(request(OTHER.tag), ports)).rejects.toThrow('nobody counted what blue had under way');
    expect(ports.records[0]?.issues[0]).toContain('account: ');
  });

  it('passes where the old slot was down before the switch: it had nothing to hand over', async () => {
    const ports = await served();
    ports.target.fault = (call) => {
      if (call === 'deploy green') ports.target.slots.blue.running = false;
      return undefined;
    };
    const { outcome, issues, ledger } = await deploy(request(OTHER.tag), ports);
    expect([outcome, ledger]).toEqual(['done', null]);
    expect(issues).toContain('What takes requests in blue had ended before the switch: it had nothing to hand over.');
  });
});

describe('planDeployment', () => {
  it('is what a dry run prints', async () => {
    const { target } = await served();
    const plan = planDeployment(await target.describe(), undefined, OTHER);
    expect(plan.steps.map(({ command }) => wording(command))).toEqual([
      'bring up what both slots share, where it is missing',
      'preflight gate: green (v1.3.0)',
      'run the pending migrations of v1.3.0, before anything of it runs',
      'start v1.3.0 in green, its workers paused',
      'readiness gate: green (v1.3.0)',
      'smoke gate: green (v1.3.0)',
      'front door to green',
      'workers of green take jobs',
      'workers of blue take no new jobs',
      'sessions of blue move to green',
      'wait until nothing is in flight in blue, then park it warm',
      'account for everything that was under way in blue',
    ]);
  });
});
