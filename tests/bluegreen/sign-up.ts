import { Platform } from '@devplatform/harness';
import type { Page } from 'playwright-core';

/** What the page remembers of who is signed in. */
export interface Account {
  readonly token: string;
  readonly user: { readonly id: string; readonly name: string };
}

/** Registers over the page as a person does; the page is signed in afterwards. `email` must be new. */
export async function signUp(
  page: Page,
  publicUrl: string,
  email: string,
): Promise<{ readonly account: Account; readonly platform: Platform }> {
  await page.goto(`${publicUrl}/sign-in`);
  await page.getByRole('button', { name: 'I am new here' }).click();
  await page.locator('[name=email]').fill(email);
  await page.locator('[name=name]').fill('Ada');
  await page.locator('[name=password]').fill('correct horse battery');
  await page.locator('button[type=submit]').click();
  await page.waitForURL(`${publicUrl}/`);
  const account = JSON.parse(await page.evaluate('localStorage.getItem("devplatform.account")')) as Account;
  return { account, platform: new Platform(publicUrl, account.token) };
}
