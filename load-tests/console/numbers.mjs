/** Every page shows the numbers of the admin's JSON, is accessible, and does nothing that it must not. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {ROUTES, admin, axe, go, launch, number, open, textOf} from './browser.mjs';

const BASE = process.env.PLAYED;
const get = path => admin(BASE, path);
const parts = page => Object.values(page.filters);
let browser;
let page;
let seen;
let clusters;

before(async () => {
  browser = await launch();
  ({page, seen} = await open(browser, BASE));
  clusters = parts(await get('/clusters')).flat();
  assert.ok(clusters.length > 0, 'the campaign was not found: play it longer with --minutes');
});
after(() => browser?.close());

const has = (text, value) => assert.ok(text.includes(value), `expected "${value}" in: ${text.slice(0, 3000)}`);

test('now shows traffic, standings and the queue', async () => {
  await go(page, 'now');
  const now = await get('/now');
  const review = parts(await get('/review?limit=1000'))[0];
  const text = await textOf(page);
  has(text, `${review.size} items wait`);
  for (const [name, value] of Object.entries(now.standings))
    if (name !== 'clear' && value > 0) has(text, `${name} ${number(value)}`);
  for (const row of (await get('/top')).byRequests.slice(0, 5)) has(text, row.account);
});

test('the queue lists every cluster of the JSON in its order', async () => {
  await go(page, 'review');
  const items = parts(await get('/review?limit=1000'))[0].items.slice(0, 100);
  assert.deepEqual(
    await page.locator('.item h3 a').allInnerTexts(),
    items.map(item => item.id),
  );
  has(await textOf(page, '.item'), `${items[0].size} accounts`);
  has(await textOf(page, '.item header'), `if confirmed ${items[0].ifConfirmed}`);
  for (const item of items.filter(each => each.kind === 'cluster')) {
    const {standings} = parts(await get(`/clusters/${item.id}`))[0];
    assert.ok(standings[item.standing] > 0, `no account of ${item.id} is ${item.standing}`);
  }
});

test('the list of clusters has size, evidence and tokens', async () => {
  await go(page, 'clusters');
  for (const cluster of clusters) {
    const row = page.locator('tbody tr', {has: page.locator(`a[href="#/clusters/${cluster.id}"]`)});
    const text = (await row.innerText()).replace(/\s+/g, ' ');
    has(text, number(cluster.size));
    has(text, cluster.evidence.toFixed(1));
  }
});

test('a dossier has the numbers of its cluster', async () => {
  for (const {id} of clusters.slice(0, 3)) {
    await go(page, `clusters/${id}`);
    const dossier = parts(await get(`/clusters/${id}`))[0];
    const text = await textOf(page);
    has(text, `${number(dossier.size)} accounts seem to act as one`);
    has(text, dossier.evidence.toFixed(1));
    has(text, `Revision ${dossier.revision}`);
    for (const value of Object.values(dossier.evidenceByFamily))
      has(text, `${value > 0 ? '+' : ''}${value.toFixed(1)}`);
    for (const [name, value] of Object.entries(dossier.standings))
      assert.match(text, new RegExp(`${name} ${number(value)} \\d`));
    for (const member of dossier.members.slice(0, 5)) has(text, member.account);
    const filter = page.locator('section[aria-labelledby="h-members"] input[type=search]');
    await filter.fill(dossier.members.at(-1).account);
    await page.waitForTimeout(150);
    has(await textOf(page, 'section[aria-labelledby="h-members"] tbody'), dossier.members.at(-1).account);
    await filter.fill('');
    assert.ok(!/NaN|undefined|\[object/.test(text), 'a value is not formatted');
  }
});

test('a dossier has sign-ups, hours, counter-evidence and what was not seen', async () => {
  const [{id}] = clusters;
  await go(page, `clusters/${id}`);
  const dossier = Object.assign({}, ...parts(await get(`/dossiers/${id}`)));
  const text = await textOf(page);
  for (const each of [...dossier.counterEvidence, ...dossier.notSeen]) has(text, each.text.slice(0, 60));
  for (const each of dossier.techniques) has(text, each.id);
  has(text, `${number(dossier.signUpSources.created)} by the date of creation`);
  await page.locator('section[aria-labelledby="h-sign-ups-over-time"] summary').click();
  await page.waitForTimeout(300);
  const drawn = await page.locator('section[aria-labelledby="h-sign-ups-over-time"] td').allInnerTexts();
  assert.deepEqual(
    drawn,
    dossier.signUps.flatMap(each => [number(each.accounts), number(each.others)]),
  );
  const {ties} = dossier;
  assert.ok(ties.traits.length > 0, 'the accounts of the campaign share nothing');
  assert.deepEqual(
    (await page.locator('.graph .tie title').allTextContents()).map(each => each.match(/ (\S+): (.*)$/).slice(1)),
    ties.traits.map(each => [
      each.value,
      `${number(each.accounts)} of ${number(ties.members)} accounts, ${number(each.others)} of ${number(ties.others)} others`,
    ]),
  );
  assert.equal(
    await page.locator('.graph .member').count(),
    new Set(ties.traits.flatMap(each => each.positions)).size,
  );
  for (const each of dossier.held) has(text, each.text.slice(0, 60));
  for (const [i, part] of dossier.parts.entries()) assert.match(text, new RegExp(`part ${i + 1} ${number(part.accounts)} `));
  const {confirm} = dossier.effects;
  for (const each of confirm.changes) has(text, `${number(each.accounts)} ${each.from} → ${each.to}`);
  assert.equal(
    await page.getByRole('button', {name: 'Take set standing back'}).isDisabled(),
    dossier.effects.set === 0,
    'a standing that was not set cannot be taken back',
  );
  for (const key of dossier.ledger?.keys ?? []) has(text, key.key);
  assert.ok(!text.includes('does not report'), 'a part of the dossier is missing');
});

test('an account has standing, evidence and buckets', async () => {
  const {
    accounts: [id],
  } = clusters[0];
  await go(page, `accounts/${id}`);
  const account = await get(`/accounts/${id}`);
  const text = await textOf(page);
  has(text, `In force ${account.inForce}`);
  const behaviour = account.filters.behaviour;
  has(text, behaviour.evidence.toFixed(1));
  has(text, `${number(behaviour.exchanges)} on ${number(behaviour.daysActive)} days`);
  for (const limit of account.filters.limits?.limits ?? []) has(text, limit.name);
});

test('policy, limits, graph, system and tail have theirs', async () => {
  const config = await get('/config');
  await go(page, 'policy');
  has(await textOf(page), config.sha256);
  await go(page, 'limits');
  const limits = config.policy.filters.find(filter => filter.type === 'token-bucket').config.limits;
  for (const limit of limits) has(await textOf(page), limit.name);
  await go(page, 'graph');
  assert.equal(await page.locator('svg.graph .hub').count(), Math.min(60, clusters.length));
  assert.ok((await page.locator('svg.graph circle').count()) <= 500);
  const standings = cluster =>
    ['clear', 'marked', 'pooled', 'blocked']
      .filter(name => cluster.standings[name])
      .map(name => `${number(cluster.standings[name])} ${name}`);
  assert.deepEqual(
    (await page.locator('svg.graph .hub title').allTextContents()).map(each => each.split('; ')[1]).sort(),
    clusters.map(cluster => standings(cluster).join(', ')).sort(),
  );
  assert.equal(
    await page.locator('svg.graph .arc').count(),
    clusters.reduce((sum, cluster) => sum + standings(cluster).length, 0),
  );
  const legend = await textOf(page, '.legend');
  for (const name of Object.keys(Object.assign({}, ...clusters.map(cluster => cluster.standings))))
    has(legend, `${name} ${number(clusters.reduce((sum, cluster) => sum + (cluster.standings[name] ?? 0), 0))}`);
  await go(page, 'system');
  for (const upstream of (await get('/upstreams')).upstreams)
    for (const endpoint of upstream.endpoints) has(await textOf(page), endpoint.endpoint);
  await go(page, 'tail');
  await page.waitForTimeout(1500);
  await fetch(`${process.env.PLAYED_PROXY}/v1/no-such-path?for=tail`, {method: 'POST', body: '{}'});
  await page.waitForFunction(() => document.querySelector('main').innerText.includes('/v1/no-such-path'), null, {
    timeout: 8000,
  });
});

test('every page passes axe-core, light and dark', async () => {
  const found = [];
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme: scheme});
    for (const route of [...ROUTES, `clusters/${clusters[0].id}`, `accounts/${clusters[0].accounts[0]}`]) {
      await go(page, route);
      const rules = scheme === 'dark' ? ['color-contrast'] : undefined; // only colours differ
      for (const each of await axe(page, rules)) found.push(`${route} ${scheme}: ${each}`);
    }
  }
  assert.deepEqual(found, []);
});

test('an order shows its command, is sent with a reason, and can be undone', async () => {
  const {
    accounts: [id],
  } = clusters[0];
  await go(page, `accounts/${id}`);
  await page.getByRole('button', {name: /^Vouch/}).click();
  await page.getByLabel('Your name').fill('ann');
  await page.getByLabel(/^Why/).fill('known since 2020');
  const command = await textOf(page, 'dialog .command');
  has(command, `stillgate admin POST /accounts/${id}/vouch by=ann why='known since 2020'`);
  has(command, `/accounts/${id}/vouch`);
  assert.deepEqual(await axe(page), []);
  await page.getByRole('button', {name: 'Vouch for the account'}).click();
  await page.getByText('Done.').waitFor();
  await page.getByRole('button', {name: 'Close', exact: true}).click();
  assert.equal((await get(`/accounts/${id}`)).filters.behaviour.label.what, 'vouched');
  await page.getByRole('button', {name: 'Take the judgement back'}).click();
  await page.getByLabel(/^Why/).fill('a test');
  await page.getByRole('button', {name: 'Take back'}).click();
  await page.getByText('Done.').waitFor();
  await page.getByRole('button', {name: 'Close', exact: true}).click();
  assert.equal((await get(`/accounts/${id}`)).filters.behaviour.label, undefined);
  assert.equal(seen.orders.length, 2);
});

test('the keyboard reaches every page', async () => {
  for (const [key, title] of [
    ['r', 'Review'],
    ['g', 'Graph'],
    ['s', 'System'],
    ['n', 'Now'],
  ]) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.waitForFunction(wanted => document.querySelector('main h1')?.textContent.startsWith(wanted), title);
  }
  await page.keyboard.press('?');
  await page.getByRole('heading', {name: 'Keys'}).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('u');
  await page.getByRole('button', {name: /^Times: UTC/}).waitFor();
  await page.keyboard.press('u');
});

test('a time that has the focus or the pointer is shown in UTC', async () => {
  const shown = page.locator('.tip');
  const utc = iso => `${iso.slice(0, 19).replace('T', ' ')} UTC`;
  await go(page, `clusters/${clusters[0].id}`);
  assert.equal(await page.locator('main time:not([tabindex="0"])').count(), 0);
  const time = page.locator('main section[aria-labelledby="h-members"] tbody time').first();
  const at = await time.getAttribute('datetime');
  await time.hover();
  assert.equal(await shown.innerText(), utc(at));
  await page.mouse.move(0, 0);
  await shown.waitFor({state: 'hidden'});
  await go(page, 'system');
  await page.locator('main section[aria-labelledby="h-process"] .sources a').focus();
  for (let i = 0; i < 5 && !(await page.evaluate(() => document.activeElement.tagName === 'TIME')); i++)
    await page.keyboard.press('Tab');
  const focused = page.locator('time:focus');
  assert.equal(await shown.innerText(), utc(await focused.getAttribute('datetime')));
  assert.equal(await focused.getAttribute('aria-describedby'), await shown.getAttribute('id'));
  const box = await shown.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= 1280 && box.y + box.height <= 900, 'the tip is outside of the window');
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press('Escape');
  await shown.waitFor({state: 'hidden'});
});

test('nothing went wrong in the browser', () => {
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.foreign, []);
});
