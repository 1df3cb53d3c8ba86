/** Names that callers make: markup, right-to-left overrides, ten kilobytes. They stay text on every page. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {admin, go, launch, open, textOf} from './browser.mjs';

const {PLAYED: BASE, QUIET, QUIET_PROXY, TOKEN} = process.env;
const MARKUP = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
const TURNED = 'a-\u202egnp.exe\u2066\u200b';
const LONG = 'x'.repeat(10_000);
const NAMES = [
  MARKUP,
  TURNED,
  LONG,
  '"><svg/onload=window.hacked=1>',
  '\u0000\u0007\n\r',
  '{{constructor}}',
  'javascript:alert(1)',
];
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function intact(page, seen) {
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.equal(await page.locator('main img, main script, main iframe').count(), 0);
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth <= document.documentElement.clientWidth
      ? null
      : [
          location.hash.slice(0, 60),
          ...[...document.querySelectorAll('main *')]
            .filter(
              each =>
                each.getBoundingClientRect().right > document.documentElement.clientWidth + 1 &&
                !each.closest('.rows, .scroll'),
            )
            .slice(0, 4)
            .map(each => each.outerHTML.slice(0, 120)),
        ].join(' '),
  );
  assert.equal(wide, null, 'the page scrolls sideways');
  assert.equal(
    (await page.evaluate(() => document.body.innerText)).match(/.{0,80}\u202e.{0,20}/)?.[0],
    undefined,
    'a right-to-left override is drawn',
  );
  assert.deepEqual(seen.errors, []);
  assert.deepEqual(seen.foreign, []);
}

test('names in the JSON of every page stay text', async () => {
  const {page, seen} = await open(browser, BASE, {viewport: {width: 390, height: 844}});
  const list = await admin(BASE, '/clusters');
  const filter = Object.keys(list.filters)[0];
  const known = list.filters[filter][0];
  const dossier = (await admin(BASE, `/clusters/${known.id}`)).filters[filter];
  const account = await admin(BASE, `/accounts/${known.accounts[0]}`);
  const histogram = Object.fromEntries(NAMES.map((name, i) => [name, i + 1]));
  const cluster = {
    ...dossier,
    id: MARKUP,
    reasons: NAMES,
    inCommon: {[MARKUP]: {value: LONG, accounts: 3}},
    links: NAMES.map(name => ({kind: name, name, accounts: 3, weight: 1, bound: 0.1})),
    timeline: NAMES.map(what => ({at: dossier.since, what})),
    members: NAMES.map(name => ({
      account: name,
      standing: name,
      exchanges: 1,
      share: 0.1,
      lastSeen: 1e12,
      organisation: name,
      label: name,
      part: 1,
    })),
    standings: {[MARKUP]: 3},
    labels: {[MARKUP]: 1},
    capabilities: {[MARKUP]: 0.5},
    evidenceByFamily: {[MARKUP]: 2, time: 3},
    sinceFound: {...dossier.sinceFound, models: histogram, clients: histogram, countries: histogram, asns: histogram, asnNames: Object.fromEntries(NAMES.map(name => [name, name]))},
    signUps: null,
    refusals: histogram,
    hours: NAMES.map(name => ({account: name, part: 1, counts: Array(24).fill(1)})),
    parts: NAMES.map(name => ({
      accounts: 3,
      share: 0.1,
      values: {client: name, system: LONG, tools: MARKUP},
      apis: {[name]: 3},
      asksFor: {[name]: 0.5},
      exchanges: 1,
      promptCharacters: 1,
      answerTokens: 1,
      verified: 0,
      busiest: name,
    })),
    shared: NAMES.map(name => ({key: name, value: name, accounts: 3, parts: NAMES.map(() => 3)})),
    ties: {
      members: 3,
      others: 9,
      traits: NAMES.map(name => ({kind: name, name, value: name, accounts: 3, others: 1, positions: [0, 1, 2, 99]})),
    },
    tests: [{kind: 'time', signals: NAMES, evidence: 2}],
    held: NAMES.map(name => ({key: name, text: name, accounts: 1})),
    changes: NAMES.map(name => ({at: dossier.since, from: name, to: name, accounts: 1, ordered: true, cluster: name})),
    orders: NAMES.map(name => ({
      what: name,
      standing: name,
      by: name,
      why: name,
      at: dossier.since,
      until: dossier.since,
      accounts: 1,
    })),
    effects: {
      confirm: {accounts: 3, becomes: MARKUP, changes: [{from: MARKUP, to: LONG, accounts: 3}], spared: 1},
      refute: {accounts: 3, becomes: 'clear', changes: [], spared: 0},
      set: 0,
      judgementSeconds: 1,
      standingSeconds: 1,
    },
    hidden: {by: MARKUP, why: LONG, at: dossier.since, until: dossier.since, evidence: 1},
    pending: null,
  };
  const top = {
    minutes: 5,
    complete: true,
    accounts: 9,
    ...Object.fromEntries(
      ['byRequests', 'byTokens', 'byRefused'].map(key => [
        key,
        NAMES.map(name => ({account: name, requests: 1, refused: 1, inputTokens: 1, outputTokens: 1})),
      ]),
    ),
  };
  const item = {
    kind: 'cluster',
    id: MARKUP,
    size: 9,
    unlabelled: 9,
    revision: 1,
    since: dossier.since,
    evidence: 3,
    standing: MARKUP,
    links: cluster.links,
    reasons: NAMES,
    accounts: NAMES,
    pending: {what: MARKUP, by: TURNED, why: LONG, approvals: 1, needed: 2},
  };
  const json = body => route => route.fulfill({contentType: 'application/json', body: JSON.stringify(body)});
  await page.route('**/top', json(top));
  await page.route(
    '**/review?*',
    json({
      filters: {
        [filter]: {
          size: 2,
          items: [item, {kind: 'newcomer', id: LONG, size: 1, since: dossier.since, standing: 'clear'}],
        },
      },
    }),
  );
  await page.route(
    '**/clusters',
    json({
      filters: {[filter]: NAMES.map((name, i) => ({...known, id: name, accounts: NAMES, evidence: i, reasons: NAMES}))},
    }),
  );
  await page.route('**/clusters/*', json({id: MARKUP, filters: {[filter]: cluster}}));
  await page.route('**/dossiers/*', json({id: MARKUP, filters: {[filter]: cluster}}));
  await page.route(
    '**/accounts/*',
    json({
      ...account,
      id: LONG,
      account: {...account.account, organisation: MARKUP, tier: TURNED, region: LONG, facts: {[MARKUP]: LONG}},
      lastRefusal: {at: dossier.since, filter: MARKUP, code: TURNED, why: LONG},
      filters: {...account.filters, behaviour: {...account.filters.behaviour, reasons: NAMES, cluster: MARKUP}},
    }),
  );
  await page.reload();
  for (const route of [
    'now',
    'review',
    'clusters',
    'graph',
    'accounts',
    'limits',
    `clusters/${encodeURIComponent(MARKUP)}`,
    `clusters/${encodeURIComponent(TURNED)}`,
    `accounts/${encodeURIComponent(LONG)}`,
    `accounts/${encodeURIComponent(MARKUP)}`,
  ]) {
    await go(page, route);
    await intact(page, seen);
  }
  await go(page, 'now');
  assert.match(await textOf(page), /a-\\u202egnp\.exe\\u2066\\u200b/, 'invisible characters are shown as their code');
  await go(page, `clusters/${encodeURIComponent(MARKUP)}`);
  assert.match(await textOf(page), /<img src=x/);
  assert.equal(await page.locator('main .graph .tie').count(), NAMES.length);
  assert.equal(await page.locator('main .graph .member').count(), 3, 'a position without a member is left out');
});

test('models, clients and keys of real requests stay text', async () => {
  const {page, seen} = await open(browser, QUIET);
  await page.getByLabel('Admin token').fill(TOKEN);
  await page.getByRole('button', {name: 'Sign in'}).click();
  await page.getByRole('heading', {name: 'Now', exact: true}).waitFor();
  seen.errors.length = 0;
  await go(page, 'tail');
  await page.waitForTimeout(1500);
  for (const name of [MARKUP, TURNED, LONG]) {
    await fetch(`${QUIET_PROXY}/v1/messages?${encodeURIComponent(MARKUP)}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-api-key': encodeURIComponent(name).slice(0, 900),
        'user-agent': encodeURIComponent(name).slice(0, 900),
      },
      body: JSON.stringify({model: name, max_tokens: 5, messages: [{role: 'user', content: 'Hello'}]}),
    });
  }
  await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length >= 3, null, {timeout: 8000});
  await intact(page, seen);
  for (const route of ['now', 'accounts', 'limits', 'system']) {
    await go(page, route);
    await intact(page, seen);
  }
});
