import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalEnvironment } from '@devplatform/harness';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { RELEASES } from './releases.ts';
import { signUp } from './sign-up.ts';

const CHROMIUM = '/usr/bin/chromium';
const [where, reason] = existsSync(CHROMIUM)
  ? [describe, '']
  : [describe.skip, ` (skipped: there is no ${CHROMIUM}; npm run setup -- --browser installs it)`];

where(`two people with the page open${reason}`, () => {
  const pictures = mkdtempSync(join(tmpdir(), 'devplatform-pictures-'));
  let environment: LocalEnvironment;
  let browser: Browser;

  beforeAll(async () => {
    environment = await LocalEnvironment.bringUp({ releases: RELEASES });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--enable-unsafe-swiftshader'] });
  }, 90_000);

  afterAll(async () => {
    await browser.close();
    await environment[Symbol.asyncDispose]();
    rmSync(pictures, { recursive: true, force: true });
  }, 60_000);

  it('BG-10: move an object together and do not notice the switch', async () => {
    const context = await browser.newContext();
    const [ada, ben] = await openScene(context);

    await ada.getByTestId('add-object').click();
    await ada.locator('[data-object]').click();
    await ben.locator('[data-object]').click();

    const state = { deploying: true };
    const deployment = environment.deploy('green', 'v1.3.0').finally(() => {
      state.deploying = false;
    });
    const start = Number.parseFloat(await ada.locator('[data-object] small').innerText());
    let moves = 0;
    for (; state.deploying; moves += 1) {
      await (moves % 2 === 0 ? ada : ben).locator('[data-object]').press('ArrowRight');
      const expected = new RegExp(`^${(start + (moves + 1) * STEP).toFixed(2)} `);
      await Promise.all([ada, ben].map((page) => page.locator('[data-object] small', { hasText: expected }).waitFor({ timeout: 10_000 })));
    }
    await deployment;
    expect(moves).toBeGreaterThan(10);

    for (const page of [ada, ben]) {
      await page.locator('[data-testid=save-mark][data-mark=saved]').waitFor({ timeout: 10_000 });
      await page.locator('[data-testid=badge][data-slot=green]').waitFor({ timeout: 10_000 });
      expect((await marksOf(page)).filter((mark) => mark !== 'saved' && mark !== 'saving')).toEqual([]);
    }
    await ada.screenshot({ path: join(pictures, 'after-the-switch.png') });
  }, 120_000);

  /** Registers over the page, makes a scene, opens it in two pages and notes each change of their save marks from then on. */
  const openScene = async (context: BrowserContext): Promise<readonly [Page, Page]> => {
    const ada = await context.newPage();
    const { platform } = await signUp(ada, environment.publicUrl, 'ada@page.example');
    const project = await platform.createProject('Two people');
    const scene = await platform.createScene(project.id, 'A scene');
    const ben = await context.newPage();
    for (const page of [ada, ben]) {
      await page.goto(`${environment.publicUrl}/projects/${project.id}/scenes/${scene.id}`);
      await page.locator('[data-testid=save-mark][data-mark=saved]').waitFor({ timeout: 15_000 });
      await page.evaluate(NOTE_MARKS);
    }
    return [ada, ben];
  };
});

/** Metres that an arrow key moves an object. */
const STEP = 0.25;
const NOTE_MARKS = `
  const mark = document.querySelector('[data-testid=save-mark]');
  window.marks = [mark.dataset.mark];
  new MutationObserver(() => window.marks.push(mark.dataset.mark)).observe(mark, { attributes: true });
`;
const marksOf = (page: Page): Promise<readonly string[]> => page.evaluate('window.marks');
