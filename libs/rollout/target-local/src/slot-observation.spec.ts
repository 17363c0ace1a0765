import type { ServiceName, Slot, SlotAddresses } from '@devplatform/contracts';
import { choosePort, startProcess, stopProcess, until } from '@devplatform/embedded';
import type { InstanceObservation } from '@devplatform/rollout-engine';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FrontDoorClient } from './front-door-client.ts';
import { observeSlots, type ObservedEnvironment } from './slot-observation.ts';
import { processName } from './slot-processes.ts';
import { OpenDoor, TOKEN } from './spec-support/open-door.ts';
import { TemporaryFolder } from './spec-support/temporary-folder.ts';

const METRICS = `process_start_time_seconds 1764067500
process_resident_memory_bytes 1000000
process_cpu_seconds_total 2.5
ws_opened_total 3
ws_closed_total{code="1006"} 1
devplatform_jobs_total{queue="model-1",outcome="done"} 4
# TYPE devplatform_critical_errors_total counter
`;

/** Health on one port; metrics on another, for whoever knows the token. `silent` paths are accepted and never answered. */
const SERVICE = `
const { createServer } = require('node:http');
const { PORT, INTERNAL_PORT, SILENT = '', METRICS } = process.env;
for (const port of [PORT, INTERNAL_PORT])
  createServer((request, response) => {
    if (SILENT.split(' ').includes(request.url)) return;
    if (request.url === '/metrics' && request.headers.authorization !== 'Bearer token') response.writeHead(401).end();
    else response.end(request.url === '/metrics' ? METRICS : '{}');
  }).listen(Number(port), '127.0.0.1');
`;

let folder: TemporaryFolder;
let environment: ObservedEnvironment;
const started: string[] = [];

beforeEach(() => {
  folder = new TemporaryFolder();
  environment = { home: folder.path, frontDoor: null, addresses: { blue: null, green: null }, memoryLimits: { backend: 2e6 } };
});
afterEach(async () => {
  for (const name of started.splice(0)) await stopProcess(folder.path, name, { graceMs: 2000 });
  folder[Symbol.dispose]();
});

describe('observing both slots', () => {
  it('OBS-9: each instance says what it is and has counted; an empty slot has none', async () => {
    await start('blue');
    const { slots } = await observeSlots(environment);
    expect(slots.green).toEqual({ traffic: null, instances: [] });
    const said = {
      ...{ healthy: true, memoryBytes: 1e6, cpuSeconds: 2.5, startedAt: '2025-11-25T10:45:00.000Z' },
      ...{ sockets: { opened: 3, closed: 1, abnormal: 1 }, jobs: { done: 4, failed: 0 }, criticalErrors: {} },
    };
    expect(by(slots.blue.instances, 'backend')).toMatchObject({ ...said, memoryLimitBytes: 2e6 });
    expect(by(slots.blue.instances, 'worker')).toMatchObject({ ...said, memoryLimitBytes: null });
    expect(by(slots.blue.instances, 'frontend')).toMatchObject({ healthy: true, sockets: null, jobs: null, criticalErrors: null });
    for (const { instance } of slots.blue.instances) expect(instance).toMatch(/^pid \d+$/);
    expect((await observeSlots(environment)).slots).toMatchObject({ blue: { instances: slots.blue.instances.map(identity) } });
  });

  it('OBS-9: what a process without metrics needs is what Linux says', async () => {
    await start('blue');
    const { memoryBytes, cpuSeconds, startedAt } = by((await observeSlots(environment)).slots.blue.instances, 'frontend');
    expect(Date.parse(startedAt ?? '')).toBeLessThanOrEqual(Date.now());
    if (process.platform !== 'linux') return;
    expect(memoryBytes).toBeGreaterThan(20e6);
    expect(memoryBytes).toBeLessThan(300e6);
    expect(cpuSeconds).toBeGreaterThan(0);
    expect(cpuSeconds).toBeLessThan(10);
  });

  it('OBS-10: a process that has ended is unhealthy and says nothing else; another `instance` came in its place', async () => {
    await start('blue');
    const before = (await observeSlots(environment)).slots.blue.instances;
    for (const { instance } of before) process.kill(Number(instance.slice(4)), 'SIGKILL');
    const all = async (): Promise<readonly InstanceObservation[]> => (await observeSlots(environment)).slots.blue.instances;
    await until(async () => (await all()).every(({ healthy }) => healthy === false), { what: 'all to have ended', deadlineMs: 5000 });
    const nothing = { startedAt: null, memoryBytes: null, cpuSeconds: null, sockets: null, jobs: null, criticalErrors: null };
    expect(await all()).toEqual(
      before.map(({ service, instance, memoryLimitBytes }) => ({ service, instance, memoryLimitBytes, healthy: false, ...nothing })),
    );
    await launch('blue', 'backend');
    const again = by(await all(), 'backend');
    expect(again.healthy).toBe(true);
    expect(again.instance).not.toBe(by(before, 'backend').instance);
  });

  it('OBS-10: what does not answer within 1.5 s is null, not unhealthy and no error, and keeps nobody else from answering', async () => {
    await start('blue', '/metrics /api/v1/health');
    await using open = await OpenDoor.start();
    const away = new FrontDoorClient(`http://127.0.0.1:${await choosePort(undefined)}`, TOKEN);
    const { slots } = await observeSlots({ ...environment, frontDoor: away });
    expect(slots.blue.traffic).toBeNull();
    expect(by(slots.blue.instances, 'backend')).toMatchObject({ healthy: null, memoryBytes: null, startedAt: null, sockets: null });
    expect(by(slots.blue.instances, 'worker')).toMatchObject({ healthy: true, memoryBytes: null, jobs: null });
    expect(by(slots.blue.instances, 'frontend')).toMatchObject({ healthy: true });
    const { traffic } = (await observeSlots({ ...environment, frontDoor: open.client })).slots.green;
    expect(traffic).toEqual(open.door.traffic.green.counts);
  });
});

async function start(slot: Slot, silent = ''): Promise<void> {
  const port = (): Promise<number> => choosePort(undefined);
  const [backend, backendInternal, frontend, workerInternal] = await Promise.all([port(), port(), port(), port()]);
  const at = (number: number): string => `http://127.0.0.1:${number}`;
  const addresses: SlotAddresses = {
    ...{ backend: at(backend), backendInternal: at(backendInternal), frontend: at(frontend), workerInternal: at(workerInternal) },
    internalToken: 'token',
  };
  environment = { ...environment, addresses: { ...environment.addresses, [slot]: addresses } };
  for (const service of ['backend', 'frontend', 'worker'] as const) await launch(slot, service, silent);
}

async function launch(slot: Slot, service: ServiceName, silent = ''): Promise<void> {
  const addresses = environment.addresses[slot];
  const portOf = (url: string | undefined): string => new URL(url ?? '').port;
  const ports = {
    backend: { PORT: portOf(addresses?.backend), INTERNAL_PORT: portOf(addresses?.backendInternal) },
    frontend: { PORT: portOf(addresses?.frontend), INTERNAL_PORT: '0' },
    worker: { PORT: '0', INTERNAL_PORT: portOf(addresses?.workerInternal) },
  };
  const name = processName(service, slot);
  started.push(name);
  await startProcess({
    ...{ dir: folder.path, name, command: process.execPath, args: ['-e', SERVICE] },
    env: { METRICS, SILENT: silent, ...ports[service] },
  });
  const port = Object.values(ports[service]).find((chosen) => chosen !== '0') ?? '';
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until(answers, { what: `${name} to listen`, deadlineMs: 10_000 });
}

function by(instances: readonly InstanceObservation[], service: ServiceName): InstanceObservation {
  const found = instances.find((instance) => instance.service === service);
  if (found === undefined) throw new Error(`no ${service} is there`);
  return found;
}

const identity = ({ service, instance, startedAt }: InstanceObservation): Partial<InstanceObservation> => ({
  service,
  instance,
  startedAt,
});
