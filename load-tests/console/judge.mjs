/** Judgements through the console: confirm a cluster, refute it, take it back; pin an account. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {admin, go, launch, number, open, textOf} from './browser.mjs';

const {PLAYED: BASE, PLAYED_PROXY: PROXY} = process.env;
const get = path => admin(BASE, path);
const part = async path => Object.assign({}, ...Object.values((await get(path)).filters));
const dossier = id => part(`/dossiers/${id}`);
let browser;
let page;
let seen;
let id;
let first;

before(async () => {
  const clusters = Object.values((await get('/clusters')).filters).flat();
  ({id} = clusters.sort((a, b) => b.size - a.size)[0]);
  first = await dossier(id);
  browser = await launch();
  ({page, seen} = await open(browser, BASE));
});
after(() => browser?.close());

const dialog = () => page.locator('dialog.order');
const command = () => textOf(page, 'dialog .command');

/** Sends the order that is open and returns the text of its answer. */
async function send(button) {
  await dialog().getByRole('button', {name: button}).click();
  await dialog().locator('.answer.good').waitFor();
  const answer = await textOf(page, 'dialog .answer');
  await dialog().getByRole('button', {name: 'Close', exact: true}).click();
  return answer;
}

const sent = () => seen.orders.map(each => each.replace(BASE, ''));

test('the order to confirm shows its command and asks why', async () => {
  await go(page, `clusters/${id}`);
  assert.deepEqual(first.labels, {});
  await page.getByRole('button', {name: 'Confirm: one actor'}).click();
  await dialog().getByLabel('Your name').fill('ann');
  await dialog().getByRole('button', {name: `Confirm ${first.size} accounts`}).click();
  assert.equal(await dialog().getByLabel(/^Why/).evaluate(input => input.validity.valueMissing), true);
  assert.deepEqual(sent(), [], 'nothing is sent without a reason');
  await dialog().getByLabel(/^Why/).fill("it's one pipeline");
  const shown = await command();
  const quoted = `'it'\\''s one pipeline'`;
  assert.ok(
    shown.includes(`stillgate admin POST /clusters/${id}/confirm by=ann why=${quoted} revision:=${first.revision}`),
    shown,
  );
  assert.ok(shown.includes(`curl -X POST '${BASE}/clusters/${id}/confirm'`), shown);
  assert.deepEqual((await dossier(id)).labels, {}, 'nothing happens before the order is sent');
});

test('the confirmation changes the standings as the JSON says', async () => {
  const answer = await send(`Confirm ${first.size} accounts`);
  const {labels, standings, members} = await part(`/clusters/${id}`);
  const told = first.effects.confirm;
  assert.deepEqual(labels, {confirmed: told.accounts}, 'the dossier told another effect');
  assert.ok(answer.includes(`${told.accounts} accounts labelled and pooled, ${told.spared} spared`), answer);
  assert.deepEqual([told.becomes, standings.pooled], ['pooled', told.accounts]);
  const panel = page.locator('main section[aria-labelledby="h-standings-of-the-members"]', {
    hasText: `by ann: ${number(told.accounts)} accounts`,
  });
  await panel.waitFor();
  const shown = (await panel.innerText()).replace(/\s+/g, ' ');
  for (const [name, count] of Object.entries(standings)) assert.match(shown, new RegExp(`${name} ${number(count)} \\d`));
  assert.match(await textOf(page, '.advice'), /Nothing to do, because the cluster is confirmed/);
  const confirmed = members.find(member => member.standing === 'pooled').account;
  const account = await get(`/accounts/${confirmed}`);
  assert.equal(account.inForce, 'pooled');
  const {label} = account.filters.behaviour;
  assert.deepEqual([label.what, label.by, label.why], ['confirmed', 'ann', "it's one pipeline"]);
  await go(page, `accounts/${confirmed}`);
  const text = await textOf(page);
  assert.ok(text.includes('In force pooled'), text.slice(0, 1500));
  assert.ok(text.includes(`confirmed by ann`) && text.includes("it's one pipeline"), text.slice(0, 1500));
});

test('a refutation clears the members that no other cluster holds', async () => {
  await go(page, `clusters/${id}`);
  await page.getByRole('button', {name: 'Refute: innocent'}).click();
  const {revision, size} = await dossier(id);
  await dialog().getByLabel('Your name').fill('ann');
  await dialog().getByLabel(/^Why/).fill('a class');
  assert.ok((await command()).includes(`stillgate admin POST /clusters/${id}/refute by=ann why='a class' revision:=${revision}`));
  await send(`Refute ${size} accounts`);
  const {labels, members} = await part(`/clusters/${id}`);
  assert.deepEqual(labels, {refuted: size});
  const suspected = members.filter(member => member.standing !== 'clear');
  assert.ok(suspected.length < size, 'no member is clear');
  for (const {account} of suspected) {
    const {cluster} = (await get(`/accounts/${account}`)).filters.behaviour;
    assert.ok(cluster && cluster !== id, `${account} is not clear, and not for another cluster: ${cluster}`);
  }
  await page.getByText('because the cluster was refuted').waitFor();
});

test('an order that is asked for closes with its page', async () => {
  await page.getByRole('button', {name: 'Take judgements back'}).click();
  await dialog().getByLabel(/^Why/).waitFor();
  await go(page, 'limits');
  assert.equal(await page.locator('dialog[open]').count(), 0);
  await go(page, `clusters/${id}`);
  assert.equal(await page.locator('dialog[open]').count(), 0);
});

test('the judgements are taken back, and everything is as before', async () => {
  await page.getByRole('button', {name: 'Take judgements back'}).click();
  await dialog().getByLabel(/^Why/).fill('a test');
  assert.ok((await command()).includes(`stillgate admin POST /clusters/${id}/unlabel by=ann why='a test'`));
  await send('Take back');
  const now = await dossier(id);
  assert.deepEqual(now.labels, {});
  assert.deepEqual(now.standings, first.standings);
  await page.getByText('no operator has judged a member').waitFor();
  assert.ok(await page.getByRole('button', {name: 'Take judgements back'}).isDisabled());
  const orders = now.timeline.map(each => each.what.split(':')[0]).filter(what => what.endsWith(' by ann'));
  assert.deepEqual(
    orders.slice(-3),
    ['confirmed by ann', 'refuted by ann', 'judgements taken back by ann'],
  );
});

test('a standing that is set on the account page is enforced until it is taken back', async () => {
  const account = first.members[0].account;
  const ask = async () =>
    (
      await fetch(`${PROXY}/v1/messages`, {
        method: 'POST',
        headers: {'x-api-key': `sk-${account}`, 'content-type': 'application/json'},
        body: JSON.stringify({model: 'any', max_tokens: 5, messages: [{role: 'user', content: 'Hello'}]}),
      })
    ).status;
  await go(page, `accounts/${account}`);
  const {inForce} = await get(`/accounts/${account}`);
  await page.getByRole('button', {name: 'Set standing'}).click();
  await dialog().getByLabel('Standing').selectOption('blocked');
  await dialog().getByLabel('For how long').fill('2d');
  await dialog().getByLabel('Your name').fill('ann');
  await dialog().getByLabel(/^Why/).fill('stolen key');
  assert.ok((await command()).includes(`curl -X POST '${BASE}/accounts/${account}/standing'`));
  assert.equal((await get(`/accounts/${account}`)).inForce, inForce);
  assert.match(await send('Set standing'), /In force: blocked/);
  const pinned = await get(`/accounts/${account}`);
  assert.equal(pinned.inForce, 'blocked');
  const {by, why} = pinned.filters.behaviour.pinned;
  assert.deepEqual([by, why], ['ann', 'stolen key']);
  await page.getByText('Set by an operator').waitFor();
  assert.ok((await textOf(page)).includes('In force blocked'));
  assert.equal(await ask(), 403);
  await page.keyboard.press('r'); // reads the page again
  const told = page.locator('main section[aria-labelledby="h-identity"]', {hasText: 'What to tell the customer'});
  await told.waitFor();
  const {lastRefusal} = await get(`/accounts/${account}`);
  assert.ok((await told.innerText()).includes(`refused by ${lastRefusal.filter}/${lastRefusal.code}`));
  await page.getByRole('button', {name: 'Take set standing back'}).click();
  await dialog().getByLabel(/^Why/).fill('the customer has a new key');
  assert.ok((await command()).includes(`curl -X POST '${BASE}/accounts/${account}/unpin'`));
  assert.match(await send('Take back'), /Done/);
  const free = await get(`/accounts/${account}`);
  assert.equal(free.inForce, inForce);
  assert.equal(free.filters.behaviour.pinned, undefined);
  assert.notEqual(await ask(), 403);
});

test('a hidden cluster leaves the queue until it is shown again', async () => {
  const queue = async () => Object.values((await get('/review?limit=1000')).filters).flatMap(each => each.items);
  assert.ok((await queue()).some(item => item.id === id));
  await go(page, `clusters/${id}`);
  await page.getByRole('button', {name: 'Decide later: hide'}).click();
  await dialog().getByLabel('Your name').fill('ann');
  await dialog().getByLabel(/^Why/).fill('asked the customer');
  assert.ok((await command()).includes(`stillgate admin POST /clusters/${id}/hide by=ann why='asked the customer' revision:=`));
  await send('Hide');
  assert.equal((await dossier(id)).hidden.by, 'ann');
  assert.ok(!(await queue()).some(item => item.id === id));
  await page.getByRole('button', {name: 'Show in the review again'}).click();
  await dialog().getByLabel(/^Why/).fill('no answer');
  assert.ok((await command()).includes(`stillgate admin POST /clusters/${id}/unhide by=ann why='no answer'`));
  await send('Show again');
  assert.equal((await dossier(id)).hidden, undefined);
  assert.ok((await queue()).some(item => item.id === id));
});

test('every order was asked for, and nothing went wrong in the browser', () => {
  const account = first.members[0].account;
  assert.deepEqual(sent(), [
    `POST /clusters/${id}/confirm`,
    `POST /clusters/${id}/refute`,
    `POST /clusters/${id}/unlabel`,
    `POST /accounts/${account}/standing`,
    `POST /accounts/${account}/unpin`,
    `POST /clusters/${id}/hide`,
    `POST /clusters/${id}/unhide`,
  ]);
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.foreign, []);
});
