import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until, type Parts } from '@devplatform/embedded';
import type { Platform } from '@devplatform/harness';
import { generateGlb, LocalEnvironment, query } from '@devplatform/harness';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromium, type Browser, type BrowserContext, type Page, type Route } from 'playwright-core';
import { RELEASES } from './releases.ts';
import { signUp } from './sign-up.ts';

const CHROMIUM = '/usr/bin/chromium';
const [where, reason] = existsSync(CHROMIUM)
  ? [describe, '']
  : [describe.skip, ` (skipped: there is no ${CHROMIUM}; npm run setup -- --browser installs it)`];

/** Five parts. */
const FILE_BYTES = 40_000_000;

where(`a page that uploads a file${reason}`, () => {
  const dir = mkdtempSync(join(tmpdir(), 'devplatform-resume-'));
  const pictures = process.env.PICTURES ?? join(dir, 'pictures');
  let environment: LocalEnvironment;
  let parts: Parts;
  let browser: Browser;
  let context: BrowserContext;
  let ada: Platform;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    environment = await LocalEnvironment.bringUp({ releases: RELEASES, release: 'v1.3.0' });
    parts = await environment.parts();
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--enable-unsafe-swiftshader'] });
    context = await browser.newContext();
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    ada = (await signUp(page, environment.publicUrl, 'ada@resume.example')).platform;
    await page.close();
  }, 120_000);

  afterAll(async () => {
    await browser.close();
    await environment[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  }, 60_000);

  it('UP-5: and is reloaded in the middle goes on with the parts that are missing', async () => {
    const { page, file, last } = await begin('reloaded.glb', 1);
    const sent = partsSentBy(page);
    await page.reload();
    await progress(page, 'sending').waitFor();
    expect(await progress(page, 'sending').innerText()).toMatch(/Continuing reloaded\.glb, \d\d % was sent already/);
    await page.screenshot({ path: join(pictures, 'continuing.png') });
    await last.release();
    await progress(page, 'stored').waitFor();
    expect(sent()).toEqual([5]);
    await becomesOneModel(file);
    await page.close();
  }, 120_000);

  it('UP-5: in two tabs is sent by one of them, and the other goes on when that is closed', async () => {
    const { page, file, project } = await begin('two-tabs.glb', 2);
    const other = await context.newPage();
    const sent = partsSentBy(other);
    await other.goto(`${environment.publicUrl}/projects/${project}`);
    await progress(other, 'elsewhere').waitFor();
    expect(sent()).toEqual([]);
    await page.close();
    await progress(other, 'stored').waitFor();
    // Nothing that is stored is sent again; the browser may let the part that was held go as its page closes.
    expect([[], [5]]).toContainEqual(sent());
    await becomesOneModel(file);
    await other.close();
  }, 120_000);

  it('UP-5: in a browser without room for the file asks for the same one again, and takes no other', async () => {
    const { page, file, last } = await begin('no-room.glb', 3, FILE_BYTES / 2);
    const sent = partsSentBy(page);
    await page.reload();
    await progress(page, 'needs-file').waitFor();
    const again = page.getByLabel('Choose no-room.glb again');
    await again.setInputFiles(glb('other.glb', 4));
    await page.getByText('That is not the file that the upload of no-room.glb began with.').waitFor();
    await page.screenshot({ path: join(pictures, 'choose-again.png') });
    expect(sent()).toEqual([]);
    await last.release();
    await again.setInputFiles(file);
    await progress(page, 'stored').waitFor();
    expect(sent()).toEqual([5]);
    await becomesOneModel(file);
    await page.context().close();
  }, 120_000);

  it('UP-5: can discard what was left, which then is gone from the server too', async () => {
    const { page, file } = await begin('discarded.glb', 5);
    await page.reload();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByTestId('upload-progress').waitFor({ state: 'detached' });
    await until(async () => (await statusOf(file)) === 'aborted', { what: 'the upload to be aborted', deadlineMs: 10_000 });
    await page.reload();
    await page.getByText('GLB file, up to 100 MB').waitFor();
    expect(await page.getByTestId('upload-progress').count()).toBe(0);
    await page.close();
  }, 120_000);

  /** Another browser of the same user, which keeps nothing yet. */
  const afresh = async (): Promise<BrowserContext> => {
    const fresh = await browser.newContext({ storageState: await context.storageState() });
    fresh.setDefaultTimeout(30_000);
    return fresh;
  };

  /** A page that has sent four of five parts of a file, while the last is held; `quota`: bytes that the browser may keep. */
  const begin = async (name: string, seed: number, quota?: number) => {
    const project = (await ada.createProject(name)).id;
    const file = glb(name, seed);
    const page = await (quota === undefined ? context : await afresh()).newPage();
    await page.goto(`${environment.publicUrl}/projects/${project}`);
    if (quota !== undefined) {
      const devtools = await page.context().newCDPSession(page);
      await devtools.send('Storage.overrideQuotaForOrigin', { origin: new URL(environment.publicUrl).origin, quotaSize: quota });
    }
    const last = await HeldPart.of(page, 5);
    await page.getByLabel('GLB file, up to 100 MB').setInputFiles(file);
    await until(async () => (await storedOf(file)) === 4, { what: `four parts of ${name} to be stored`, deadlineMs: 60_000 });
    // The store has the fourth before the page knows it: what is counted from here on must not be the fifth of this page.
    await until(() => last.held, { what: `the fifth part of ${name} to be held`, deadlineMs: 60_000 });
    return { page, file, project, last };
  };

  const glb = (name: string, seed: number): string => {
    const file = join(dir, name);
    writeFileSync(file, generateGlb({ bytes: FILE_BYTES, seed }));
    return file;
  };

  const rowOf = async (file: string): Promise<{ id: string; status: string } | undefined> => {
    const name = file.slice(dir.length + 1);
    return (
      await query<{ id: string; status: string }>(parts.databaseUrl, 'SELECT id, status FROM upload WHERE file_name = $1', [name])
    )[0];
  };
  const statusOf = async (file: string): Promise<string | undefined> => (await rowOf(file))?.status;
  const storedOf = async (file: string): Promise<number | undefined> => (await ada.upload((await rowOf(file))?.id ?? '')).stored?.length;

  const becomesOneModel = async (file: string): Promise<void> => {
    await until(async () => (await statusOf(file)) === 'ready', { what: `${file} to be processed`, deadlineMs: 60_000, everyMs: 200 });
    const { id } = (await rowOf(file)) ?? { id: '' };
    expect(await query(parts.databaseUrl, 'SELECT FROM model_version WHERE upload_id = $1', [id])).toHaveLength(1);
  };
});

/** A part that does not leave the page until it is released, as on a line that hangs. */
class HeldPart {
  readonly #page: Page;
  readonly #held: Route[] = [];

  private constructor(page: Page) {
    this.#page = page;
  }

  static async of(page: Page, part: number): Promise<HeldPart> {
    const held = new HeldPart(page);
    await page.route(
      (url) => partOf(url.href) === part,
      (route) => void held.#held.push(route),
    );
    return held;
  }

  get held(): boolean {
    return this.#held.length > 0;
  }

  async release(): Promise<void> {
    await this.#page.unrouteAll();
    // Those of a page that was reloaded meanwhile are gone.
    await Promise.allSettled(this.#held.map((route) => route.continue()));
  }
}

const progress = (page: Page, phase: string) => page.locator(`[data-testid=upload-progress][data-phase=${phase}]`);

/** null: the address is no part's. */
function partOf(url: string): number | null {
  const part = new URL(url).searchParams.get('partNumber');
  return part === null ? null : Number(part);
}

/** Numbers of the parts that the page sends from now on. */
function partsSentBy(page: Page): () => readonly number[] {
  const sent: number[] = [];
  page.on('request', (request) => {
    const part = partOf(request.url());
    if (part !== null && request.method() === 'PUT') sent.push(part);
  });
  return () => sent;
}
