import { describe, expect, it } from '@jest/globals';
import { check } from './check.ts';
import shop from './spec-support/shop.config.ts';

const found = (raw: unknown): readonly string[] => check(raw).map(({ path, message }) => `${path.join('.')}: ${message}`);
const GROUPS = 'services, readiness, monitor, bake, decommission, preflight, notifications, targets';

describe('a configuration', () => {
  it('CFG-3: is valid when nothing is wrong with it', () => {
    expect(found({})).toEqual([]);
    expect(found(shop)).toEqual([]);
    expect(found({ services: { storefront: { role: 'web' } }, readiness: { timing: { timeout: '1m', interval: '250ms' } } })).toEqual([]);
  });

  it.each([
    ['an unknown group', { monitors: {} }, [`monitors: is not an option; there are ${GROUPS}`]],
    ['an unknown option', { bake: { fro: '1h' } }, ['bake.fro: is not an option; there are for, interval']],
    ['an unknown target', { targets: { mars: {} } }, ['targets.mars: is not an option; there are local, compose, kubernetes, ecs']],
    [
      'an unknown option of a target',
      { targets: { ecs: { services: {}, bake: { soft: 1 } } } },
      [
        'targets.ecs.bake.soft: is not an option; there are for, interval',
        'targets.ecs.services: is not an option; there are readiness, monitor, bake, decommission, preflight',
      ],
    ],
    ['no group', { monitor: 5 }, ['monitor: 5 is no group of options']],
    ['no group where a record is', { services: [] }, ['services: a list is no group of options']],
    ['no configuration', 'x', [": 'x' is no group of options"]],
    ['a value of another kind', { preflight: { rehearseMigrations: 'yes' } }, ["preflight.rehearseMigrations: 'yes' is no boolean"]],
    ['none of the choices', { decommission: { how: 'kill' } }, ["decommission.how: 'kill' is not one of 'park', 'stop'"]],
    ['no role', { services: { shop: {} } }, ["services.shop.role: is missing: one of 'web', 'worker', 'static'"]],
    ['a minimum sample of 0', { monitor: { samples: { requests: 0 } } }, ['monitor.samples.requests: 0 is too little: at least 1']],
    [
      'a threshold of 0',
      { readiness: { timing: { successThreshold: 0 } } },
      ['readiness.timing.successThreshold: 0 is too little: at least 1'],
    ],
  ])('CFG-3: refuses %s', (_, raw, faults) => {
    expect(found(raw)).toEqual(faults);
  });

  it.each([
    ['a service with a bad name', { services: { Shop: { role: 'web' } } }, ['services.Shop', 'is no name of a service']],
    ['a name to acknowledge with spaces', { preflight: { acknowledge: { 'on call': 'x' } } }, ['preflight.acknowledge.on call', 'hyphens']],
    ['an empty sentence', { preflight: { acknowledge: { 'on-call': ' ' } } }, ['preflight.acknowledge.on-call', 'not empty']],
    ['a name that means something else', { preflight: { acknowledge: { drift: 'x' } } }, ['preflight.acknowledge.drift', 'is taken']],
    ['a webhook that is no URL', { notifications: { webhook: { url: 'example' } } }, ['notifications.webhook.url', 'is no URL']],
    [
      'a webhook of another protocol',
      { notifications: { webhook: { url: 'ftp://x/' } } },
      ['notifications.webhook.url', 'only http and https'],
    ],
    ['a webhook without an address', { notifications: { webhook: {} } }, ['notifications.webhook.url', 'is missing: it is an address']],
    [
      'an unknown event',
      { notifications: { webhook: { url: 'https://x', events: ['all'] } } },
      ['notifications.webhook.events.0', "'all'"],
    ],
    ['no event', { notifications: { webhook: { url: 'https://x', events: [] } } }, ['notifications.webhook.events', 'names no event']],
    ['a command for a shell', { notifications: { onStep: { command: 'node x' } } }, ['notifications.onStep.command', 'list of words']],
    ['an empty command', { notifications: { onStep: { command: [] } } }, ['notifications.onStep.command', 'list of words']],
    ['a rehearsal within hours', { preflight: { rollbackRehearsedWithin: '1h' } }, ['preflight.rollbackRehearsedWithin', 'at least 1d']],
  ])('CFG-3: refuses %s', (_, raw, [path = '', message = '']) => {
    const faults = found(raw);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`${path}: `);
    expect(faults[0]).toContain(message);
  });

  it.each([
    ['a token', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a'],
    ['a key in capitals', 'AKIAIOSFODNN7EXAMPLE'],
    ['a sentence', 'correct horse'],
  ])('CFG-4: refuses %s where the name of a variable is expected, and does not repeat it', (_, secretEnv) => {
    const faults = found({ notifications: { webhook: { url: 'https://x', secretEnv } } });
    expect(faults).toEqual([expect.stringContaining('is the NAME of an environment variable')]);
    expect(faults.join()).not.toContain(secretEnv);
  });

  it('CFG-4: does not repeat an address with a password, or one in place of the options', () => {
    const faults = [
      ...found({ notifications: { webhook: { url: 'https://me:hunter2@example.com' } } }),
      ...found({ notifications: { webhook: 'https://example.com/hunter2' } }),
    ];
    expect(faults).toHaveLength(2);
    expect(faults.join()).not.toContain('hunter2');
  });

  it.each([
    [
      'no service that answers',
      { services: { mailer: { role: 'worker' } } },
      ["services: no service has role 'web', so nobody would answer a request"],
    ],
    ['no service', { services: {} }, ["services: no service has role 'web', so nobody would answer a request"]],
    [
      'a soft limit above its hard one',
      { monitor: { soft: { p95: '6s', serverErrors: '2%' }, hard: { serverErrors: '1%' } } },
      [
        'monitor.soft.serverErrors: the soft limit of 2% is above the hard one of 1%, so it never warns',
        'monitor.soft.p95: the soft limit of 6s is above the hard one of 5s, so it never warns',
      ],
    ],
    [
      'a hard limit below the default soft one',
      { monitor: { hard: { p95: '1s' } } },
      ['monitor.hard.p95: the soft limit of 2s is above the hard one of 1s, so it never warns'],
    ],
    [
      'a monitor of one look',
      { monitor: { for: '1s', interval: '2s' } },
      ['monitor.interval: an interval of 2s is longer than the whole monitor of 1s'],
    ],
    ['a bake of one look', { bake: { for: '5s' } }, ['bake.for: an interval of 10s is longer than the whole bake of 5s']],
    [
      'a bake without a monitor',
      { monitor: { for: 0 } },
      ['monitor.for: a bake of 1h without a monitor: it goes on with what the monitor began; set both or neither to 0'],
    ],
    [
      'a service that is looked at too late',
      { readiness: { maxWait: '40s', minReady: '10s' } },
      ['readiness.maxWait: worker is ready after 40s at the earliest, and the wait ends after 40s'],
    ],
    [
      'a service that is looked at too seldom',
      { services: { shop: { role: 'web', health: { interval: '5m' } } } },
      ['services.shop.health.interval: shop is looked at every 5m, longer than the whole wait of 2m'],
    ],
    [
      'a contradiction of one target only',
      { targets: { ecs: { monitor: { for: 0 } }, local: { monitor: { for: 0 }, bake: { for: 0 } } } },
      ['targets.ecs.monitor.for: a bake of 1h without a monitor: it goes on with what the monitor began; set both or neither to 0'],
    ],
    [
      'a contradiction between a target and the rest',
      { monitor: { soft: { p95: '3s' } }, targets: { compose: { monitor: { hard: { p95: '2.5s' } } } } },
      ['targets.compose.monitor.hard.p95: the soft limit of 3s is above the hard one of 2500ms, so it never warns'],
    ],
  ])('CFG-5: refuses %s', (_, raw, faults) => {
    expect(found(raw)).toEqual(faults);
  });

  it('CFG-6: lists every fault at once, and checks the rest of what it can read', () => {
    const raw = {
      bogus: 1,
      services: { shop: { role: 'web', grace: 'soon' }, mailer: { role: 'workers', memory: 1 } },
      readiness: { maxWait: '15' },
      monitor: { for: '1s', interval: '2s', soft: { p95: '6s', serverErrors: 'few' }, samples: { jobs: 0 } },
      notifications: { webhook: { url: 'https://x', events: ['no', 'none'] } },
      targets: { local: { bake: null }, ecs: { monitor: { for: 0 } } },
    };
    expect(check(raw).map(({ path }) => path.join('.'))).toEqual([
      ...['services.shop.grace', 'services.mailer.role', 'services.mailer.memory', 'readiness.maxWait', 'monitor.soft.serverErrors'],
      ...['monitor.samples.jobs', 'notifications.webhook.events.0', 'notifications.webhook.events.1', 'targets.local.bake', 'bogus'],
      ...['monitor.soft.p95', 'monitor.interval', 'targets.ecs.monitor.for'],
    ]);
  });

  it('CFG-6: says nothing of an option beside one that cannot be read', () => {
    expect(found({ monitor: { soft: { p95: 'slow' }, hard: { p95: '1s' } } })).toEqual([expect.stringContaining('monitor.soft.p95: ')]);
    expect(found({ services: { Shop: { role: 'web' }, mailer: { role: 'worker' } } })).toEqual([
      expect.stringContaining('services.Shop: '),
    ]);
    const other = { services: { mailer: { role: 'worker', grace: 'soon' } } };
    expect(check(other).map(({ path }) => path.join('.'))).toEqual(['services.mailer.grace', 'services']);
  });
});
