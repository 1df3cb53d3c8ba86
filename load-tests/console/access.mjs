/** The read-only gateway with a token: sign-in, refusals, and no order from any page. */
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import http from 'node:http';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {ROUTES, admin, axe, go, launch, open, textOf} from './browser.mjs';

const {QUIET: BASE, PLAYED, TOKEN} = process.env;
/** Names of the buttons that give orders. */
const ORDERS = /^(Confirm|Refute|Vouch|Take|Set standing|Roll back|Reload|Compare|Cancel|Decide later|Show in|Approve|Withdraw|Confirm the time)\b/;
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
    assert.equal(await page.getByRole('button', {name: ORDERS}).count(), 0, route);
    for (const button of await page.locator('main button:visible').all()) {
      if (!(await button.isVisible()) || !(await button.isEnabled())) continue;
      await button.click({timeout: 3000}).catch(() => {});
      assert.equal(await page.locator('dialog.order[open]').count(), 0, 'a read-only console opens an order');
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

test('a read-only console shows commands in place of buttons', async () => {
  const {page, seen, context} = await open(browser, PLAYED);
  await page.route('**/console/session', async route => {
    const response = await route.fetch();
    await route.fulfill({json: {...(await response.json()), write: false, needsToken: true, signedIn: true}});
  });
  await page.reload();
  await page.getByText('read-only').first().waitFor();
  const [cluster] = Object.values((await admin(PLAYED, '/clusters')).filters).flat();
  const [account] = cluster.accounts;
  for (const [route, commands] of [
    ['review', []],
    [`clusters/${cluster.id}`, [`stillgate admin POST /clusters/${cluster.id}/confirm by=NAME why=TEXT revision:=`, '/standing']],
    [`accounts/${account}`, [`stillgate admin POST /accounts/${account}/vouch by=NAME why=TEXT`, '/standing']],
    ['policy', ['stillgate reload --rollback --by NAME --why TEXT']],
    ['what-if', ['stillgate backtest --policy']],
  ]) {
    await go(page, route);
    assert.equal(await page.getByRole('button', {name: ORDERS}).count(), 0, route);
    for (const details of await page.locator('main details.orders > summary').all()) await details.click();
    const text = await textOf(page);
    for (const command of commands) assert.ok(text.includes(command), `${route} lacks ${command}`);
  }
  assert.match(await textOf(page), /This console is read-only/);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(seen.orders, []);
  assert.deepEqual(seen.errors, []);
  await context.close();
});

test('the command of a panel works with the token', async () => {
  const {page, context} = await open(browser, BASE);
  await page.getByLabel('Admin token').fill(TOKEN);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await go(page, 'system');
  await page.getByRole('button', {name: 'Filters as command'}).click();
  const command = await page.locator('main section[aria-labelledby="h-filters"] > .command code').last().innerText();
  assert.ok(!command.includes(TOKEN), 'the page shows the token');
  const env = {...process.env, STILLGATE_ADMIN_TOKEN: TOKEN};
  const {stdout} = await promisify(execFile)('bash', ['-c', `${command} --fail --silent`], {env});
  assert.ok(JSON.parse(stdout).length > 0);
  await context.close();
});
