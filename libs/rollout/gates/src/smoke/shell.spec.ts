import { describe, expect, it } from '@jest/globals';
import { SlotServer } from '../spec-support/slot-server.ts';
import { shell } from './shell.ts';

const html = { 'content-type': 'text/html' };

describe('smoke test shell', () => {
  it('sees the page and its script', async () => {
    await using server = await SlotServer.start();
    expect(await shell.run(server.context())).toBe('HTML and /assets/page-1.js');
  });

  it.each([
    ['something that is not HTML', { 'GET /': () => ({ headers: { 'content-type': 'text/plain' } }) }, '/ is text/plain, not HTML'],
    ['a page without a script', { 'GET /': () => ({ headers: html, body: '<h1>it works</h1>' }) }, 'names no script'],
    ['a page whose script is missing', { 'GET /assets/page-1.js': () => ({ status: 404 }) }, 'GET /assets/page-1.js answered 404'],
  ])('refuses %s', async (_, routes, reason) => {
    await using server = await SlotServer.start(routes);
    await expect(shell.run(server.context())).rejects.toThrow(reason);
  });
});
