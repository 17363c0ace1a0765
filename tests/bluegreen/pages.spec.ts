import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SLOT_HEADER } from '@devplatform/contracts';
import { LocalEnvironment } from '@devplatform/harness';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { releasesFolder } from './doctored-release.ts';
import { addLaterRelease } from './later-release.ts';
import { signUp, type Account } from './sign-up.ts';

const CHROMIUM = '/usr/bin/chromium';
const [where, reason] = existsSync(CHROMIUM)
  ? [describe, '']
  : [describe.skip, ` (skipped: there is no ${CHROMIUM}; npm run setup -- --browser installs it)`];

where(`a page that is open${reason}`, () => {
  const dir = mkdtempSync(join(tmpdir(), 'devplatform-pages-'));
  const pictures = process.env.PICTURES ?? join(dir, 'pictures');
  const releases = releasesFolder(dir);
  let environment: LocalEnvironment;
  let browser: Browser;
  let context: BrowserContext;
  let account: Account;
  let project: string;
  let scenes: readonly string[];

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    await addLaterRelease(releases, 'v1.4.0', '1.4.0');
    await addLaterRelease(releases, 'v1.5.0', '9.9.9');
    environment = await LocalEnvironment.bringUp({ releases });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--enable-unsafe-swiftshader'] });
    context = await browser.newContext();
    context.setDefaultTimeout(20_000);
    await context.addInitScript(HIDE_BY_NAME);
    await settleIn();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await environment[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  it('RT-14: renews a token that runs out in mid-session without a drop; where it cannot, the close is final', async () => {
    const [browserOfAda, another] = [await afresh(), await afresh()];
    const [renewing, otherTab, stale] = [await browserOfAda.newPage(), await browserOfAda.newPage(), await another.newPage()];
    const short = shortLived(8);
    for (const page of [renewing, otherTab, stale]) {
      await page.goto(environment.publicUrl);
      await page.evaluate(keep({ ...short, renewAt: Date.now() + 3_600_000 }));
    }
    let connections = 0;
    renewing.on('websocket', () => {
      connections += 1;
    });
    for (const page of [renewing, stale]) {
      await page.goto(sceneUrl(scenes[2] ?? ''));
      await saved(page).waitFor();
      await page.evaluate(NOTE_MARKS);
    }
    // From now on this browser knows that the token is near its end; the stale one goes on taking it for fresh.
    await otherTab.evaluate(keep({ ...short, renewAt: 0 }));
    await stale.locator('[data-testid=save-mark][data-mark=closed]').waitFor();
    expect(await stale.getByRole('alert').first().innerText()).toContain('(code 4500)');
    await renewing.getByTestId('add-object').click();
    await saved(renewing).waitFor();
    expect(await renewing.locator('[data-object]').count()).toBe(1);
    expect((await marksOf(renewing)).filter((mark) => mark !== 'saved' && mark !== 'saving')).toEqual([]);
    expect([connections, (await tokenOf(otherTab)) === short.token]).toEqual([2, false]);
    await Promise.all([browserOfAda, another].map((each) => each.close()));
  }, 60_000);

  it('WEB-1: that was opened before the switch loads an old chunk after it', async () => {
    const page = await open(`/projects/${project}`);
    await environment.deploy('green', 'v1.3.0');
    expect(await openSceneOf(page, scenes[0] ?? '')).toEqual({ slot: 'green', name: viewerOf('v1.2.0') });
    expect(viewerOf('v1.2.0')).not.toBe(viewerOf('v1.3.0'));
    expect(await releaseOf(page)).toBe('1.2.0');
    await page.close();
  }, 120_000);

  it('WEB-2: of the new release loads its chunk after a rollback', async () => {
    const page = await open(`/projects/${project}`);
    expect(await releaseOf(page)).toBe('1.3.0');
    await environment.rollback();
    expect(await openSceneOf(page, scenes[0] ?? '')).toEqual({ slot: 'blue', name: viewerOf('v1.3.0') });
    expect(await notice(page, 'offered').innerText()).toContain('The platform now runs v1.2.0; this page is of v1.3.0.');
    await page.screenshot({ path: join(pictures, 'scene-after-rollback.png') });
    await page.close();
  }, 120_000);

  it('WEB-4: is offered a new release quietly, and takes it by itself only at a safe point', async () => {
    const [seen, hidden, typing] = [await open('/'), await open('/'), await open('/')];
    await typing.locator('[name=name]').fill('Half a na');
    for (const page of [hidden, typing]) await page.evaluate(HIDE);
    await environment.rollback();
    for (const page of [seen, hidden, typing]) await page.evaluate(LOOK_UP);
    await pageOf(hidden, '1.3.0').waitFor();
    for (const page of [seen, typing]) await notice(page, 'offered').waitFor();
    expect(await notice(seen, 'offered').innerText()).toContain('The platform now runs v1.3.0; this page is of v1.2.0.');
    await seen.screenshot({ path: join(pictures, 'offered.png') });
    expect([await releaseOf(seen), await typing.locator('[name=name]').inputValue()]).toEqual(['1.2.0', 'Half a na']);
    await typing.locator('[name=name]').fill('');
    await pageOf(typing, '1.3.0').waitFor();
    expect(await releaseOf(seen)).toBe('1.2.0');
    await Promise.all([seen, hidden, typing].map((page) => page.close()));
  }, 120_000);

  it('WEB-1: that wants a chunk which is nowhere any more says so, works on without it, and can be reloaded', async () => {
    const page = await open(`/projects/${project}`, await afresh());
    await environment.rollback();
    rmSync(join(environment.home, 'assets', viewerOf('v1.3.0')));
    rmSync(join(environment.home, 'assets', `${viewerOf('v1.3.0')}.gz`));
    await page.locator(`a[href$="/scenes/${scenes[0] ?? ''}"]`).click();
    await page.getByText('The 3D viewer could not be loaded. The list beside works without it.').waitFor();
    await notice(page, 'repair').waitFor();
    await page.getByTestId('add-object').click();
    await saved(page).waitFor();
    await page.screenshot({ path: join(pictures, 'missing-chunk.png') });
    await notice(page, 'repair').getByRole('button').click();
    await page.locator('.canvas canvas').waitFor();
    expect(await releaseOf(page)).toBe('1.2.0');
    await page.close();
  }, 120_000);

  it('WEB-3: has its unsaved edit in the database after the reload that it was prompted to; below the minimum contract it saves and reloads by itself', async () => {
    const page = await context.newPage();
    const edits = await holdEdits(page);
    await page.goto(sceneUrl(scenes[1] ?? ''));
    await saved(page).waitFor();
    const loads = countLoads(page);
    await environment.rollback();
    await notice(page, 'offered').waitFor();

    edits.hold();
    await page.getByTestId('add-object').click();
    await page.locator('[data-testid=save-mark][data-mark=saving]').waitFor();
    await notice(page, 'offered').getByRole('button').click();
    await page.getByText('Saving first…').waitFor();
    await page.screenshot({ path: join(pictures, 'saving-first.png') });
    expect([loads(), edits.held()]).toEqual([0, 1]);
    edits.release();
    await pageOf(page, '1.3.0').waitFor();
    await saved(page).waitFor();
    expect([loads(), await page.locator('[data-object]').count()]).toEqual([1, 1]);

    edits.hold();
    await page.getByTestId('add-object').click();
    await environment.deploy('blue', 'v1.4.0');
    await notice(page, 'required').waitFor();
    await page.screenshot({ path: join(pictures, 'required.png') });
    expect([loads(), edits.held() > 0]).toEqual([1, true]);
    edits.release();
    await pageOf(page, '1.4.0').waitFor();
    await saved(page).waitFor();
    expect([loads(), await page.locator('[data-object]').count()]).toEqual([2, 2]);

    await environment.deploy('green', 'v1.5.0');
    await page.locator('[data-testid=release-notice][data-need=required][data-tried=true]').waitFor();
    expect([loads(), await releaseOf(page)]).toEqual([3, '1.5.0']);
    expect(await notice(page, 'required').innerText()).toContain('but a reload brought no newer one');
    await page.screenshot({ path: join(pictures, 'stuck.png') });
    await page.close();
  }, 180_000);

  const settleIn = async (): Promise<void> => {
    const page = await context.newPage();
    const { account: signedUp, platform } = await signUp(page, environment.publicUrl, 'ada@pages.example');
    await page.close();
    account = signedUp;
    project = (await platform.createProject('Pages')).id;
    scenes = await Promise.all(['one', 'two', 'three'].map(async (name) => (await platform.createScene(project, name)).id));
  };

  const sceneUrl = (scene: string): string => `${environment.publicUrl}/projects/${project}/scenes/${scene}`;

  /** A tab of the signed-in user that has heard which release answers it. */
  const open = async (path: string, within = context): Promise<Page> => {
    const page = await within.newPage();
    await page.goto(`${environment.publicUrl}${path}`);
    await page.locator('[data-testid=badge][data-slot]').waitFor();
    return page;
  };

  /** Another browser of the same user, with nothing in its cache. */
  const afresh = async (): Promise<BrowserContext> => {
    const fresh = await browser.newContext({ storageState: await context.storageState() });
    fresh.setDefaultTimeout(20_000);
    return fresh;
  };

  /** Follows the link to the scene; returns which slot gave the viewer's chunk, which has never been asked for before. */
  const openSceneOf = async (page: Page, scene: string): Promise<{ readonly slot: string | undefined; readonly name: string }> => {
    const chunk = page.waitForResponse((response) => response.url().includes('/assets/viewer-'));
    await page.locator(`a[href$="/scenes/${scene}"]`).click();
    const answer = await chunk;
    await page.locator('.canvas canvas').waitFor();
    await saved(page).waitFor();
    return { slot: answer.headers()[SLOT_HEADER], name: new URL(answer.url()).pathname.replace('/assets/', '') };
  };

  /** Name of the chunk with the 3D viewer. */
  const viewerOf = (tag: string): string =>
    readdirSync(join(releases, tag, 'frontend/public/assets')).find((name) => /^viewer-.*\.js$/.test(name)) ?? 'none';

  /** The account with a token that is good for `seconds` yet, or a little longer. */
  const shortLived = (seconds: number) => {
    const { authSecret } = JSON.parse(readFileSync(join(environment.home, 'secrets.json'), 'utf8')) as { readonly authSecret: string };
    const exp = Math.ceil(Date.now() / 1000) + seconds;
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256' })}.${part({ sub: account.user.id, name: account.user.name, iss: 'devplatform', exp })}`;
    const token = `${signed}.${createHmac('sha256', authSecret).update(signed).digest('base64url')}`;
    return { token, user: account.user, expiresAt: new Date(exp * 1000).toISOString() };
  };
});

/** A headless browser hides no tab; this one is hidden when its name says so, which a reload does not change. */
const HIDE_BY_NAME = `Object.defineProperty(document, 'visibilityState', { get: () => (window.name === 'hidden' ? 'hidden' : 'visible') })`;
const HIDE = `window.name = 'hidden'`;
/** What the browser says when the user turns to another tab, and back. */
const LOOK_UP = `document.dispatchEvent(new Event('visibilitychange'))`;
const NOTE_MARKS = `
  const mark = document.querySelector('[data-testid=save-mark]');
  window.marks = [mark.dataset.mark];
  new MutationObserver(() => window.marks.push(mark.dataset.mark)).observe(mark, { attributes: true });
`;
const marksOf = (page: Page): Promise<readonly string[]> => page.evaluate('window.marks');
/** Signs in as the page itself does. */
const keep = (account: object): string => `localStorage.setItem('devplatform.account', ${JSON.stringify(JSON.stringify(account))})`;
const tokenOf = (page: Page): Promise<string> => page.evaluate('JSON.parse(localStorage.getItem("devplatform.account")).token');
const saved = (page: Page) => page.locator('[data-testid=save-mark][data-mark=saved]');
const pageOf = (page: Page, release: string) => page.locator(`[data-testid=badge][data-page-release="${release}"]`);
const releaseOf = (page: Page): Promise<string | null> => page.getByTestId('badge').getAttribute('data-page-release');
const notice = (page: Page, need: string) => page.locator(`[data-testid=release-notice][data-need=${need}]`);

/** How often the page was loaded from now on. */
function countLoads(page: Page): () => number {
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  return () => loads;
}

/** Lets the page's edits through, or keeps them on their way, as a slow network does. */
async function holdEdits(page: Page): Promise<{ hold(): void; release(): void; held(): number }> {
  let holding = false;
  const kept: (() => void)[] = [];
  await page.routeWebSocket(/\/ws\/scenes\//, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      if (holding && typeof message !== 'string')
        kept.push(() => {
          server.send(message);
        });
      else server.send(message);
    });
  });
  return {
    hold: () => {
      holding = true;
    },
    release: () => {
      holding = false;
      for (const send of kept.splice(0)) send();
    },
    held: () => kept.length,
  };
}
