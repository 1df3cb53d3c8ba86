/** What-if: a changed policy against a recording, an invalid one, and one that is cancelled. */
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {after, before, test} from 'node:test';
import {admin, go, launch, number, open, textOf} from './browser.mjs';

const {EDITED: BASE, EDITED_FILES: FILES} = process.env;
/** Time for two replays on a busy machine, in milliseconds. */
const REPLAYS = 180_000;
const get = path => admin(BASE, path);
let browser;
let page;
let seen;
/** Number of the policy in force before the tests. */
let generation;
let cancelled;

before(async () => {
  ({generation} = await get('/config'));
  browser = await launch();
  ({page, seen} = await open(browser, BASE));
  await go(page, 'what-if');
});
after(() => browser?.close());

const editor = () => page.getByLabel('Policy', {exact: true});

/** Orders a backtest of a text through the page, waits for the answer, and returns how many there were before. */
async function order(text, answer) {
  const {backtests} = await get('/backtests');
  await editor().fill(text);
  await page.getByRole('button', {name: 'Compare'}).click();
  const command = await textOf(page, 'dialog .command');
  assert.match(command, /LC_ALL=C sort \S+exchanges\.jsonl > sorted\.jsonl stillgate backtest --policy/);
  assert.ok(command.includes(`curl -X POST '${BASE}/backtests'`), command);
  assert.equal((await get('/backtests')).backtests.length, backtests.length, 'nothing starts before the order is given');
  await page.getByRole('button', {name: 'Start', exact: true}).click();
  await page.locator(`dialog .answer.${answer}`).waitFor();
  return backtests.length;
}

const close = () => page.getByRole('button', {name: 'Close', exact: true}).click();

/** Starts a backtest of a text through the page and returns the path of its JSON. */
async function start(text) {
  const before = await order(text, 'good');
  await close();
  return `/backtests/${before + 1}`;
}

const panelOf = path => page.locator(`section[aria-labelledby="h-backtest-${path.split('/').pop()}"]`);
const state = (path, name) => panelOf(path).getByRole('status').filter({hasText: name}).waitFor({timeout: REPLAYS});

test('the editor begins with the policy in force', async () => {
  await page.waitForFunction(() => document.querySelector('main textarea')?.value);
  const text = readFileSync(`${FILES}/policy.yaml`, 'utf8');
  assert.equal(await editor().inputValue(), text);
});

test('an invalid policy shows the error of the gateway at once', async () => {
  const before = await order('version: 1\nupstreams: nowhere\n', 'bad');
  assert.match(await textOf(page, 'dialog .answer.bad'), /candidate:2:12: expected a list/);
  assert.equal((await get('/backtests')).backtests.length, before);
  await page.locator('dialog').getByRole('button', {name: 'Cancel', exact: true}).click();
  assert.match(seen.errors.splice(0).join(), /^Failed to load resource: .* 400 .*\/backtests$/);
});

test('a running backtest is cancelled', async () => {
  const path = await start(readFileSync(`${FILES}/policy.yaml`, 'utf8'));
  await panelOf(path).getByRole('button', {name: 'Cancel'}).click();
  assert.ok((await textOf(page, 'dialog .command')).includes(`curl -X POST '${BASE}${path}/cancel'`));
  await page.getByRole('button', {name: 'Cancel the backtest'}).click();
  await page.locator('dialog .answer.good').waitFor();
  await page.getByRole('button', {name: 'Close', exact: true}).click();
  await state(path, 'cancelled');
  assert.equal((await get(path)).state, 'cancelled');
  cancelled = path;
  assert.equal(await panelOf(path).getByRole('button', {name: 'Cancel'}).count(), 0);
});

test('a stricter policy shows progress, and then the outcomes of the JSON', async () => {
  const text = readFileSync(`${FILES}/policy.yaml`, 'utf8').replace(
    'capacity: 5000, refill: 5000/1s',
    'capacity: 3, refill: 3/1h',
  );
  const path = await start(text);
  await state(path, 'running');
  await page.waitForFunction(
    selector => {
      const shown = document.querySelector(`${selector} .barred .num`)?.textContent;
      return shown && shown !== '0 %';
    },
    `section[aria-labelledby="h-backtest-${path.split('/').pop()}"]`,
    {timeout: REPLAYS},
  );
  await state(path, 'done');
  const {result} = await get(path);
  const recorded = readFileSync(`${FILES}/exchanges.jsonl`, 'utf8').trim().split('\n').length;
  const row = outcome => result.find(each => each.outcome === outcome);
  assert.deepEqual([row('exchanges').inForce, row('exchanges').candidate], [recorded, recorded], 'all lines are replayed');
  assert.equal(row('refused').inForce, 0);
  assert.ok(row('refused').candidate > 0, 'the stricter policy refuses nothing');
  const drawn = await panelOf(path)
    .locator('tbody tr')
    .evaluateAll(rows => rows.map(each => [...each.children].map(cell => cell.innerText.trim())));
  assert.deepEqual(
    drawn,
    result.map(each => [
      each.outcome,
      number(each.inForce),
      number(each.candidate),
      each.difference === 0 ? '0' : `${each.difference > 0 ? '+' : '-'}${number(Math.abs(each.difference))}`,
    ]),
  );
  assert.ok(
    (await textOf(page, '.what')).includes(
      `Of ${number(recorded)} exchanges the candidate refuses ${number(row('refused').candidate)}`,
    ),
  );
});

test('the list has every backtest, the policy in force is the same, and nothing went wrong', async () => {
  const {backtests} = await get('/backtests');
  await page.waitForFunction(
    wanted =>
      wanted ===
      [...document.querySelectorAll('section[aria-labelledby="h-backtests"] tbody tr')]
        .map(row => `${row.cells[0].innerText.trim()} ${row.cells[1].innerText.trim()}`)
        .join(', '),
    backtests.map(each => `${each.id} ${each.state}`).join(', '),
  );
  assert.equal((await get('/config')).generation, generation);
  assert.deepEqual(
    seen.orders.map(each => each.replace(BASE, '')),
    ['POST /backtests', 'POST /backtests', `POST ${cancelled}/cancel`, 'POST /backtests'],
  );
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.foreign, []);
});
