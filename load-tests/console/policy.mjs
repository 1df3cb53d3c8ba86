/** Policy: a second generation through the file, the difference of the two, and the way back by a button. */
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {admin, axe, go, launch, open, textOf} from './browser.mjs';

const {EDITED: BASE, EDITED_FILES: FILES} = process.env;
const FILE = `${FILES}/policy.yaml`;
const HISTORY = 'main section[aria-labelledby="h-history"] tbody tr';
const get = path => admin(BASE, path);
let browser;
let page;
let seen;
let first;
/** Number of generations before the test. */
let known;

before(async () => {
  browser = await launch();
  first = readFileSync(FILE, 'utf8');
  known = (await get('/policies')).length;
  ({page, seen} = await open(browser, BASE));
  await go(page, 'policy');
});
after(() => {
  writeFileSync(FILE, first);
  return browser?.close();
});

/** Waits until the history on the page has as many generations. */
const generations = count => page.locator(HISTORY).nth(count - 1).waitFor({timeout: 20_000});

/** Waits until the policy in force has the value: the page asks for it and for the history apart. */
const fact = (name, value) =>
  page
    .locator('main dl.facts div')
    .filter({has: page.getByText(name, {exact: true})})
    .getByText(value, {exact: true})
    .waitFor({timeout: 20_000});

const rows = () =>
  page.locator(HISTORY).evaluateAll(all => all.map(row => [...row.children].map(cell => cell.innerText.trim())));

test('a changed file brings a second generation into force', async () => {
  await generations(known);
  writeFileSync(FILE, first.replace('capacity: 5000,', 'capacity: 40,'));
  await generations(known + 1);
  const policies = await get('/policies');
  assert.equal(policies.length, known + 1);
  const drawn = await rows();
  assert.deepEqual(
    drawn.map(row => [row[0], row[2], row[6]]),
    policies.map(each => [String(each.generation), each.cause, each.sha256.slice(0, 12)]),
  );
  await fact('SHA-256', policies[0].sha256);
});

test('the difference of the newest two is the changed line', async () => {
  await page.reload();
  await go(page, 'policy');
  const changed = await page
    .locator('table.diff tr.added, table.diff tr.removed')
    .evaluateAll(all => all.map(row => [row.className, row.cells[3].innerText]));
  const at = first.split('\n').find(line => line.includes('capacity: 5000'));
  assert.deepEqual(changed, [
    ['removed', at],
    ['added', at.replace('capacity: 5000', 'capacity: 40')],
  ]);
  assert.match(await textOf(page, 'section[aria-labelledby="h-difference"]'), /1 line added, 1 removed/);
});

test('the way back shows its command first and asks why', async () => {
  await page.getByRole('button', {name: 'Roll back', exact: true}).click();
  const dialog = page.locator('dialog.order');
  await dialog.getByRole('button', {name: 'Roll back'}).click();
  assert.equal(await dialog.getByLabel(/^Why/).evaluate(input => input.validity.valueMissing), true);
  await dialog.getByLabel('Your name').fill('bob');
  await dialog.getByLabel(/^Why/).fill('too strict');
  const command = await textOf(page, 'dialog .command');
  assert.ok(command.includes("stillgate reload --rollback --by bob --why 'too strict'"), command);
  assert.ok(command.includes(`curl -X POST '${BASE}/rollback'`), command);
  assert.deepEqual(await axe(page), []);
  assert.deepEqual(seen.orders, []);
  assert.equal((await get('/policies')).length, known + 1);
  await dialog.getByRole('button', {name: 'Roll back'}).click();
  await dialog.locator('.answer.good').waitFor();
  await dialog.getByRole('button', {name: 'Close', exact: true}).click();
});

test('the third generation has cause, name and reason, and the text of the first', async () => {
  await generations(known + 2);
  const [third, , oldest] = await get('/policies');
  const told = [`rollback to ${oldest.generation}`, 'bob', 'too strict'];
  assert.deepEqual([third.cause, third.by, third.why], told);
  assert.equal(third.sha256, oldest.sha256);
  assert.deepEqual((await rows())[0].slice(2, 5), told);
  const config = await get('/config');
  assert.equal(config.generation, third.generation);
  assert.equal(config.pinned, true);
  await fact('Pinned by a rollback', 'yes, until the policy file changes');
  await fact('Generation', String(third.generation));
  const choices = page.locator('main section[aria-labelledby="h-difference"] select');
  await choices.nth(0).selectOption(String(oldest.generation));
  await choices.nth(1).selectOption(String(third.generation));
  await page.getByText('The two texts are equal.').waitFor();
});

test('an invalid file is shown with its place, and changes nothing', async () => {
  writeFileSync(FILE, first.replace('capacity:', 'room:').replace('refill:', 'more:'));
  const refused = page.locator('main dl.facts div', {hasText: 'Refused files'}).locator('dd');
  await refused.waitFor({timeout: 20_000});
  const lines = (await refused.innerText()).split('\n');
  assert.deepEqual(lines, (await get('/config')).refused.split('\n'));
  assert.ok(lines.length > 1 && lines.every(line => /policy\.yaml:\d+:\d+: /.test(line)), lines.join('|'));
  assert.equal((await get('/policies')).length, known + 2);
});

test('a confirmation in shadow says before and after that it is not enforced', async () => {
  const post = (path, body) =>
    fetch(BASE + path, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});
  writeFileSync(FILE, first.replace('type: fingerprint,', 'type: fingerprint, mode: shadow,'));
  await generations(known + 3);
  assert.equal((await post('/accounts/a-1/standing?create=true', {standing: 'clear', why: 'a page'})).status, 200);
  await page.reload(); // the page reads the policy again after half a minute only
  await go(page, 'accounts/a-1');
  await page.getByRole('button', {name: 'Confirm: part of a campaign'}).click();
  const dialog = page.locator('dialog.order');
  assert.match(await textOf(page, 'dialog.order'), /The filter is in shadow: nothing of this is enforced/);
  await dialog.getByLabel('Your name').fill('ann');
  await dialog.getByLabel(/^Why/).fill('sells answers');
  await dialog.getByRole('button', {name: 'Confirm the account'}).click();
  await dialog.locator('.answer.good').waitFor();
  const answer = await textOf(page, 'dialog .answer');
  assert.match(answer, /Recorded, not enforced: the filter is in shadow.*mode: enforce.*In force: clear/);
});

test('nothing went wrong in the browser', () => {
  assert.deepEqual(
    seen.orders.map(each => each.replace(BASE, '')),
    ['POST /rollback', 'POST /accounts/a-1/confirm'],
  );
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.foreign, []);
});
