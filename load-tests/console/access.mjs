/** The read-only gateway with a token: sign-in, refusals, and no order from any page. */
import assert from 'node:assert/strict';
import http from 'node:http';
import {after, before, test} from 'node:test';
import {ROUTES, axe, go, launch, open, textOf} from './browser.mjs';

const {QUIET: BASE, TOKEN} = process.env;
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Returns the status of a request with header fields that fetch would not send. */
const status = (path, headers, method = 'GET') =>
  new Promise((resolve, reject) => {
    const {hostname, port} = new URL(BASE);
    http
      .request({hostname, port, path, method, headers}, response => {
        response.resume();
        resolve(response.statusCode);
      })
      .on('error', reject)
      .end();
  });

test('without a token nothing is shown, also not to other hosts and origins', async () => {
  assert.equal(await status('/now', {}), 401);
  const token = {authorization: `Bearer ${TOKEN}`};
  assert.equal(await status('/now', token), 200);
  assert.equal(await status('/now', {'sec-fetch-site': 'cross-site'}), 401);
  assert.ok([403, 421].includes(await status('/console/', {host: 'evil.example'})), 'a foreign host is refused');
  assert.equal(
    await status('/reload', {...token, origin: 'http://evil.example', 'sec-fetch-site': 'cross-site'}, 'POST'),
    403,
  );
});

test('a wrong token is refused, the right one opens a session, and no page sends an order', async () => {
  const {page, seen, context} = await open(browser, BASE);
  await page.getByLabel('Admin token').fill('wrong');
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.getByText('The token is wrong.').waitFor();
  assert.deepEqual(await axe(page), []);
  await page.getByLabel('Admin token').fill(TOKEN);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.getByRole('heading', {name: 'Now', exact: true}).waitFor();
  assert.ok((await context.cookies()).every(cookie => cookie.httpOnly && cookie.sameSite === 'Strict'));
  seen.errors.length = 0;
  seen.orders.length = 0;
  for (const route of ROUTES) {
    await go(page, route);
    for (const button of await page.locator('main button:visible').all()) {
      if (!(await button.isVisible()) || !(await button.isEnabled())) continue;
      await button.click({timeout: 3000}).catch(() => {});
      const send = page.locator('dialog.order button.primary, dialog.order button.danger');
      if (await send.count()) assert.ok(await send.first().isDisabled(), 'an order can be sent');
      if (await page.locator('dialog[open]').count()) await page.keyboard.press('Escape');
    }
  }
  assert.match(await textOf(page, '.masthead'), /read-only/);
  assert.deepEqual(seen.orders, []);
  assert.deepEqual(seen.foreign, []);
  assert.deepEqual(seen.errors, []);
  await page.getByRole('button', {name: 'Sign out'}).click();
  await page.getByLabel('Admin token').waitFor();
  await context.close();
});
