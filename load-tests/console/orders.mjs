/** Orders through the console: give one, see it, withdraw it; approve another one as a second operator. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';
import {admin, axe, go, launch, open, textOf} from './browser.mjs';

const {ORDERED: BASE, PICTURES} = process.env;
const get = path => admin(BASE, path);
const ROWS = 'main sg-table tbody tr';
let browser;
let page;
let seen;

before(async () => {
  browser = await launch();
  ({page, seen} = await open(browser, BASE));
  page.setDefaultTimeout(15_000);
});
after(() => browser?.close());

const dialog = () => page.locator('dialog.order');

/** Fills the dialog, sends its order, and returns the text of the answer. */
async function send(button, by, why, answer = 'good') {
  await dialog().getByLabel('Your name').fill(by);
  await dialog().getByLabel(/^Why/).fill(why);
  await dialog().getByRole('button', {name: button, exact: true}).click();
  await dialog().locator(`.answer.${answer}`).waitFor();
  const text = await textOf(page, 'dialog.order .answer');
  await dialog().getByRole('button', {name: answer === 'good' ? 'Close' : 'Cancel', exact: true}).click();
  return text;
}

/** Opens the list and returns the text of each row once there are as many as the API has. */
async function rows(filter = '') {
  const {orders} = await get(`/orders?${filter}`);
  await go(page, filter ? `orders/${encodeURIComponent(filter)}` : 'orders');
  await page.keyboard.press('r'); // reads the page again
  await page.waitForFunction(
    ([selector, ids]) =>
      [...document.querySelectorAll(`${selector} a.id[href^="#/orders/"]`)].map(each => each.hash.slice(9)).join() === ids,
    [ROWS, orders.map(each => each.id).join()],
  );
  return (await page.locator(ROWS).allInnerTexts()).map(each => each.replace(/\s+/g, ' ').trim());
}

test('without an order the page says so', async () => {
  await go(page, 'orders');
  await page.getByText('No operator has given an order.').waitFor();
});

test('an order is listed until it is withdrawn', async () => {
  await go(page, 'accounts/a-1');
  await page.getByRole('button', {name: 'Set standing'}).click();
  await dialog().getByLabel('Standing').selectOption('marked');
  await send('Set standing', 'ann', 'odd hours');
  assert.equal((await get('/accounts/a-1')).inForce, 'marked');
  await page.getByRole('link', {name: 'Orders on this account'}).click();
  await page.getByRole('heading', {name: 'Orders', exact: true, level: 1}).waitFor();
  const [given, ...others] = await rows('account=a-1');
  assert.equal(others.length, 0);
  assert.match(given, /ann Set standing marked of account a-1 odd hours .* in force on the disk here Withdraw/);
  await page.getByRole('button', {name: 'Withdraw'}).click();
  assert.match(await send('Withdraw', 'ben', 'a night shift'), /Done\. The order is in force\./);
  for (let i = 0; (await get('/accounts/a-1')).inForce !== 'clear'; i++) {
    assert.ok(i < 50, 'the withdrawn standing stays'); // the filter reads orders of others each second
    await sleep(200);
  }
  const [back, replaced] = await rows();
  assert.match(back, /ben Took back the set standing of account a-1 a night shift .* in force on the disk here$/);
  assert.match(replaced, /ann Set standing marked .* withdrawn on the disk here$/);
  await go(page, 'accounts/a-1');
  await page.locator('main section[aria-labelledby="h-changes"]', {hasText: 'unpinned by ben: a night shift'}).waitFor();
});

test('an order that needs two operators waits for another name', async () => {
  await go(page, 'accounts/a-2');
  await page.getByRole('button', {name: 'Vouch: known customer'}).click();
  await send('Vouch for the account', 'ann', 'met them');
  const [waits] = await rows('status=waiting');
  assert.match(waits, /ann Vouched for account a-2 met them .* waiting for 1 more operator; asked for by ann/);
  await page.getByRole('button', {name: 'Approve'}).click();
  assert.match(await send('Approve', 'Ann', 'again', 'bad'), /^Not done: .*another operator must/);
  await page.getByRole('button', {name: 'Approve'}).click();
  assert.match(await send('Approve', 'ben', 'called them'), /The order is in force\./);
  assert.equal((await get('/accounts/a-2')).filters.behaviour.label.what, 'vouched');
  const [approved, ...others] = await rows('account=a-2&by=BEN');
  assert.match(approved, /ben Vouched for account a-2 called them .* in force/);
  assert.equal(others.length, 0);
  assert.match((await rows('account=a-2&by=ann')).join(), /ann Vouched for account a-2 met them .* replaced on the disk here$/);
});

test('the page of an order has its accounts', async () => {
  const [{id}] = (await get('/orders?account=a-2')).orders;
  await rows('account=a-2');
  await page.locator(`${ROWS} a.id`).first().click();
  await page.getByRole('heading', {name: 'What was ordered'}).waitFor();
  assert.equal(new URL(page.url()).hash, `#/orders/${id}`);
  assert.match(await textOf(page), /Asked for by ann, ben 2 operators must .* Accounts .* a-2/);
  await go(page, `orders/${'0'.repeat(32)}`);
  await page.getByText('This gateway knows no such order.').waitFor();
});

test('a refusal is a sentence, and so is an order that the fleet does not know yet', async () => {
  const [{id}] = (await get('/orders?account=a-2&status=in-force')).orders;
  for (const [status, body, said] of [
    [202, {status: 'in-force', reach: 'here'}, /in force at this gateway, and not yet known to the fleet/],
    [403, {error: 'needs the role admin'}, /^Your role does not allow this\. needs the role admin/],
    [404, {error: 'not known'}, /^Not done: this gateway does not know it\./],
    [503, {error: 'the disk is full'}, /^Nothing has changed: the order could not be written\. the disk is full/],
  ]) {
    await page.route(`**/orders/${id}/withdraw`, route => route.fulfill({status, json: body}));
    await go(page, `orders/${id}`);
    await page.getByRole('button', {name: 'Withdraw'}).click();
    assert.match(await send('Withdraw', 'ann', 'a test', status < 300 ? 'good' : 'bad'), said);
    await page.unroute(`**/orders/${id}/withdraw`);
  }
});

test('a held clock, unsent orders and records of a newer version are told', async () => {
  await page.route('**/orders?*', async route => {
    const told = await (await route.fetch()).json();
    await route.fulfill({json: {...told, unsent: 1, newer: [{}], clock: {...told.clock, held: true}}});
  });
  await page.reload();
  await go(page, 'orders');
  await page.getByText('The clock is held: no order ends.').waitFor();
  assert.match(await textOf(page), /1 order of this gateway is not yet known to the fleet.*1 record of a newer version/);
  await page.unroute('**/orders?*');
  await page.getByRole('button', {name: 'Confirm the time'}).click();
  assert.match(await send('Confirm the time', 'ann', 'looked at the clock'), /^Done\./);
  assert.deepEqual(await axe(page), []);
});

test('the page is read without a mouse, and nothing went wrong in the browser', async () => {
  await go(page, 'now');
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.locator(`${ROWS} a.id`).first().waitFor();
  await page.keyboard.press('j');
  assert.equal(await page.evaluate(() => document.activeElement.hash.startsWith('#/orders/')), true);
  if (PICTURES) await page.screenshot({path: `${PICTURES}/orders-list.png`, fullPage: true});
  const [vouched] = (await get('/orders?account=a-2')).orders;
  const [pinned] = (await get('/orders?account=a-1&by=ann')).orders;
  const [asked] = (await get('/orders?account=a-2&by=ann')).orders;
  assert.deepEqual(
    seen.orders.map(each => each.replace(BASE, '')),
    [
      'POST /accounts/a-1/standing',
      `POST /orders/${pinned.id}/withdraw`,
      'POST /accounts/a-2/vouch',
      ...Array(2).fill(`POST /orders/${asked.id}/approve`),
      ...Array(4).fill(`POST /orders/${vouched.id}/withdraw`),
      'POST /orders/clock/confirm',
    ],
  );
  const refused = each => /status of (403|404|409|503)/.test(each);
  assert.deepEqual(seen.errors.filter(each => !refused(each)), []);
  assert.deepEqual(seen.foreign, []);
});
