/** Where numbers come from: every panel leads to its JSON, and shows commands that do the same. */
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';
import {ROUTES, admin, go, launch, open} from './browser.mjs';

const {PLAYED, EDITED, STILLGATE} = process.env;
const run = promisify(execFile);
/** Panels without numbers of the gateway. */
const STATIC = ['Words on this page'];
/** Paths that answer with a stream of events. */
const STREAMS = ['/console/events?tail=1'];
/** Commands that ask the admin port; the others read files of the gateway. */
const ASKS = /^stillgate (history|diff|explain|review)\b/;
const found = {paths: new Set(), commands: new Map()};
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Checks the panels of a page, and keeps their paths and commands. */
async function check(page, base, route) {
  await go(page, route);
  const panels = await page.locator('main section.panel').all();
  assert.ok(panels.length > 0, `${route} has no panel`);
  for (const panel of panels) {
    const heading = await panel.locator('h2').first().innerText();
    const title = `${route}: ${heading}`;
    if (STATIC.includes(heading)) continue;
    const link = panel.getByRole('link', {name: / as JSON$/});
    assert.equal(await link.count(), 1, `${title} has no JSON`);
    const path = await link.getAttribute('href');
    const command = panel.locator(':scope > .command');
    assert.ok(await command.isHidden(), title);
    await panel.getByRole('button', {name: / as command$/}).click();
    assert.ok(await command.isVisible(), title);
    const lines = (await command.locator('code').allInnerTexts()).map(each => each.trim());
    assert.equal(lines.at(-1), `curl '${base}${path}'`, title);
    found.paths.add(base + path);
    for (const line of lines) found.commands.set(line, base);
  }
}

test('every panel of the ten pages, the dossier and the account has JSON and a command', async () => {
  const {page, seen} = await open(browser, PLAYED);
  const [cluster] = Object.values((await admin(PLAYED, '/clusters')).filters).flat();
  for (const route of [...ROUTES, `clusters/${cluster.id}`, `accounts/${cluster.accounts[0]}`])
    await check(page, PLAYED, route);
  assert.deepEqual(seen.orders, []);
  assert.deepEqual(seen.errors, []);
});

test('so have those of policies and backtests that exist', async () => {
  const {page, seen} = await open(browser, EDITED);
  for (const route of ['policy', 'what-if']) await check(page, EDITED, route);
  assert.deepEqual(seen.errors, []);
  assert.ok([...found.paths].some(path => /\/policies\/\d+$/.test(path)), 'no difference is shown: run policy.mjs before');
  assert.ok([...found.paths].some(path => /\/backtests\/\d+$/.test(path)), 'no backtest is shown: run backtests.mjs before');
});

test('the links answer with JSON', async () => {
  for (const path of found.paths) {
    const response = await fetch(path);
    assert.equal(response.status, 200, path);
    const type = response.headers.get('content-type');
    if (STREAMS.some(stream => path.endsWith(stream))) {
      assert.match(type, /^text\/event-stream/, path);
      await response.body.cancel();
    } else {
      assert.match(type, /^application\/json/, path);
      await response.json();
    }
  }
});

test('the commands that ask the gateway work as they are shown', async () => {
  const curls = [...found.commands.keys()].filter(line => line.startsWith('curl ') && !STREAMS.some(each => line.includes(each)));
  assert.ok(curls.length > 10);
  for (const line of curls) JSON.parse((await run('bash', ['-c', `${line} --fail --silent`])).stdout);
  const asking = [...found.commands].filter(([line]) => ASKS.test(line));
  for (const verb of ['history', 'diff', 'explain', 'review'])
    assert.ok(asking.some(([line]) => line.startsWith(`stillgate ${verb}`)), `no panel shows stillgate ${verb}`);
  for (const [line, base] of asking) {
    const {stdout} = await run('bash', ['-c', line.replace(/^stillgate/, '"$STILLGATE"')], {
      env: {...process.env, STILLGATE, STILLGATE_ADMIN: new URL(base).host},
    });
    assert.ok(stdout.length > 0, line);
  }
});
