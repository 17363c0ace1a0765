import { describe, expect, it } from '@jest/globals';
import { colorOf, readPeers } from './presence.ts';

describe('readPeers', () => {
  it('reads what this release knows and replaces what it cannot use', () => {
    const state = { name: 'Ada', color: 'red; background: url(//evil)', selected: 'x', mood: 'from a later release' };
    expect(readPeers(new Map([['s', state]]))).toEqual([{ sessionId: 's', name: 'Ada', color: '#64748b', selected: 'x' }]);
    expect(readPeers(new Map([['s', {}]]))).toEqual([{ sessionId: 's', name: 'Someone', color: '#64748b', selected: null }]);
  });
});

describe('colorOf', () => {
  it('is a colour that readPeers accepts', () => {
    const color = colorOf('ffffffff-0000-4000-8000-000000000000');
    expect(readPeers(new Map([['s', { color }]]))[0]?.color).toBe(color);
  });
});
