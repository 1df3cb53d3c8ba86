/** The gateway with named operators: what one with the role `review` is offered, and who has given an order. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {admin, axe, go, launch, open, textOf} from './browser.mjs';

const {NAMED: BASE, NAMED_TOKEN: TOKEN, NAMED_ADMIN_TOKEN: ADMIN_TOKEN} = process.env;
let browser;
let page;
let seen;

async function standing(account, standing, token) {
  const response = await fetch(`${BASE}/accounts/${account}/standing?create=true`, {
    method: 'POST',
    headers: {'content-type': 'application/json', authorization: `Bearer ${token}`},
    body: JSON.stringify({standing, why: 'a test'}),
  });
  assert.equal(response.status, 200, await response.text());
}

before(async () => {
  await standing('a-blocked', 'blocked', ADMIN_TOKEN);
  await standing('a-known', 'marked', TOKEN);
  browser = await launch();
  ({page, seen} = await open(browser, BASE));
  await page.getByLabel('Your token').fill(TOKEN);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.getByRole('heading', {name: 'Now', exact: true}).waitFor();
  await page.locator('.masthead').getByText('ben · review · you can judge').waitFor();
  seen.errors.length = 0; // the first request had no session
  seen.orders.length = 0;
});
after(() => browser?.close());

test('an order asks for no name, and has that of the operator', async () => {
  await go(page, 'accounts/a-known');
  await page.getByRole('button', {name: 'Take set standing back'}).click();
  const dialog = page.locator('dialog.order');
  await dialog.getByText('By ben').waitFor();
  assert.equal(await dialog.getByLabel('Your name').count(), 0);
  assert.ok(!(await dialog.innerText()).includes('"by"'), 'the command names an operator');
  await dialog.getByLabel(/^Why/).fill('a test');
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole('button', {name: 'Take back'}).click();
  await dialog.locator('.answer.good').waitFor();
  await dialog.getByRole('button', {name: 'Close', exact: true}).click();
  assert.deepEqual(seen.orders, [`POST ${BASE}/accounts/a-known/unpin`]);
  const {orders} = await admin(BASE, '/orders?account=a-known&limit=1', TOKEN);
  assert.deepEqual([orders[0].action, orders[0].by, orders[0].why], ['unpin', 'ben', 'a test']);
});

test('what the role may not do is not offered', async () => {
  await standing('a-known', 'marked', TOKEN);
  await go(page, 'accounts/a-blocked');
  await page.getByText('a-blocked').first().waitFor();
  assert.equal(await page.getByRole('button', {name: 'Take set standing back'}).count(), 0);
  await go(page, 'accounts/a-known');
  await page.reload();
  await page.getByRole('button', {name: 'Confirm: part of a campaign'}).waitFor();
  for (const route of ['policy', 'what-if']) {
    await go(page, route);
    assert.equal(await page.getByRole('button', {name: /^(Roll back|Reload|Compare|Cancel)\b/}).count(), 0, route);
    if (route === 'policy') assert.match(await textOf(page), /Roll back · command Reload · command/);
  }
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.foreign, []);
});

test('the standing that needs another role is no choice', async () => {
  await fetch(`${BASE}/accounts/a-known/unpin`, {
    method: 'POST',
    headers: {'content-type': 'application/json', authorization: `Bearer ${TOKEN}`},
    body: '{"why":"a test"}',
  });
  await go(page, 'accounts/a-known');
  await page.reload();
  await page.getByRole('button', {name: 'Set standing'}).click();
  const choices = page.locator('dialog.order select option');
  assert.deepEqual(await choices.allInnerTexts(), ['clear', 'marked', 'pooled']);
  await page.locator('dialog.order').getByRole('button', {name: 'Cancel'}).click();
});
