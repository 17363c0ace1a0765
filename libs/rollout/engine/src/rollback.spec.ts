import { describe, expect, it } from '@jest/globals';
import { deploy } from './deployment.ts';
import { rollback } from './rollback.ts';
import { bench, failed, passed, type Bench } from './spec-support/bench.ts';
import { FakeTarget, GOOD, OTHER } from './spec-support/fake-target.ts';

/** v1.3.0 serves from green, v1.2.0 is parked in blue. */
async function switched(options: Parameters<typeof bench>[0] = {}): Promise<Bench> {
  const target = new FakeTarget();
  for (const { tag } of [GOOD, OTHER]) await deploy({ deployer: 'ops@host', release: tag }, bench({ target }));
  target.calls.length = 0;
  return bench({ ...options, target });
}

describe('rollback', () => {
  it('moves traffic first, then workers, then sockets', async () => {
    const ports = await switched();
    const record = await rollback({ deployer: 'ops@host' }, ports);
    expect(ports.target.calls.filter((call) => !call.startsWith('heartbeat'))).toEqual([
      ...['undrain blue', 'switch blue', 'open-ledger green', 'start-work blue', 'pause-work green', 'drain green'],
    ]);
    expect(record).toMatchObject({ kind: 'rollback', outcome: 'done', slots: { before: 'green', after: 'blue' } });
    expect(record.version).toMatchObject({ previous: OTHER.tag, next: GOOD.tag });
  });

  it('goes there and back again', async () => {
    const ports = await switched();
    await rollback({ deployer: 'ops@host' }, ports);
    await rollback({ deployer: 'ops@host' }, ports);
    expect(ports.target).toMatchObject({ active: 'green', violations: [], slots: { green: { working: true }, blue: { working: false } } });
  });

  it('leaves a release that has crashed', async () => {
    const ports = await switched();
    ports.target.crash('green');
    await rollback({ deployer: 'ops@host' }, ports);
    expect(ports.target).toMatchObject({ active: 'blue', slots: { blue: { working: true } } });
  });

  it('still moves traffic when the bad slot does not obey any more', async () => {
    const ports = await switched();
    ports.target.fault = (call) => (call.endsWith('work green') || call === 'drain green' ? 'before' : undefined);
    const { outcome, issues } = await rollback({ deployer: 'ops@host' }, ports);
    expect([outcome, ports.target.active]).toEqual(['done', 'blue']);
    expect(issues).toEqual([
      'pause-work: pause-work green failed',
      'drain: drain green failed',
      expect.stringMatching(/^account: .* cannot account for everything: socket green 0 lost; /),
      expect.stringContaining('still has 10 sockets'),
    ]);
  });

  it('does not go back to a slot that is not ready', async () => {
    const ports = await switched({ verdict: () => failed });
    await expect(rollback({ deployer: 'ops@host' }, ports)).rejects.toMatchObject({ code: 'gate-failed' });
    expect(ports.target.active).toBe('green');
    expect(ports.records[0]).toMatchObject({ outcome: 'undone', slots: { before: 'green', after: 'green' } });
  });

  it('ENG-8: does not go back to a slot whose release was replaced by one that nobody proved', async () => {
    const { target } = await switched();
    const broken = bench({ target, verdict: (gate) => (gate === 'smoke' ? failed : passed) });
    target.fault = (call) => (call === 'stop blue' ? 'before' : undefined);
    await expect(deploy({ deployer: 'ops@host', release: GOOD.tag }, broken)).rejects.toMatchObject({ code: 'gate-failed' });
    target.fault = () => undefined;
    expect(target).toMatchObject({ active: 'green', slots: { blue: { running: true } } });
    await expect(rollback({ deployer: 'ops@host' }, bench({ target }))).rejects.toMatchObject({ code: 'no-way-back' });
    expect(target.active).toBe('green');
  });

  it('asks the front door when a switch failed and nobody knows how far it came', async () => {
    const ports = await switched();
    ports.target.fault = (call) => (call === 'switch blue' ? 'after' : undefined);
    await expect(rollback({ deployer: 'ops@host' }, ports)).rejects.toThrow('the front door answers from blue');
    expect(ports.records[0]).toMatchObject({ outcome: 'stranded', slots: { before: 'green', after: 'blue' } });
  });

  it('says that there is no way back', async () => {
    await expect(rollback({ deployer: 'ops@host' }, bench())).rejects.toMatchObject({ code: 'nothing-deployed' });
    const first = bench();
    await deploy({ deployer: 'ops@host', release: GOOD.tag }, first);
    await expect(rollback({ deployer: 'ops@host' }, first)).rejects.toThrow('no earlier release is deployed');
  });
});
