/** A gateway that stops: everything stays on screen, with the time at which it was last seen. Stops the quiet gateway. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {go, launch, open, textOf} from './browser.mjs';

const {QUIET: BASE, QUIET_PID, TOKEN} = process.env;
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('a stopped gateway', async () => {
  const {page} = await open(browser, BASE);
  await page.getByLabel('Admin token').fill(TOKEN);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await go(page, 'now');
  await go(page, 'system');
  assert.match(await textOf(page, '.masthead'), /Live/);
  const before = await textOf(page, 'main section');
  process.kill(Number(QUIET_PID), 'SIGKILL');
  await page.waitForFunction(
    () => /Gateway does not answer/.test(document.querySelector('.masthead').innerText),
    null,
    {timeout: 15000},
  );
  assert.match(await textOf(page, '.masthead'), /last seen \d\d:\d\d:\d\d, \d+ s ago/);
  assert.equal(await textOf(page, 'main section'), before);
  await page.evaluate(() => {
    location.hash = '#/now';
  });
  await page.getByRole('heading', {name: 'Now', exact: true}).waitFor();
  assert.match(await textOf(page), /This is what was last seen/);
  assert.ok(await page.locator('main .figures').count(), 'the figures are gone');
});
