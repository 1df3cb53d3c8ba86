/** Starts Chromium, opens pages of the console, and records what must not happen on them. */
import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';
import {chromium} from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const OPTIONS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-gpu',
  '--enable-precise-memory-info',
];

/** Requests of each page that have no response yet, other than the stream of events. */
const underWay = new WeakMap();

/** Routes of the pages; those with an id are added by the tests. */
export const ROUTES = [
  'now',
  'review',
  'orders',
  'clusters',
  'graph',
  'accounts',
  'limits',
  'policy',
  'what-if',
  'tail',
  'system',
];

/** Starts the browser. */
export const launch = () =>
  chromium.launch({executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: OPTIONS});

/**
 * Opens a page that records errors, violations of the content security policy, foreign requests and orders.
 * @param {import('playwright-core').Browser} browser
 * @param {string} base
 * @param {object} [options] of the browser's context
 */
export async function open(browser, base, options = {}) {
  const context = await browser.newContext({
    viewport: {width: 1280, height: 900},
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    ...options,
  });
  const page = await context.newPage();
  const seen = {errors: [], foreign: [], orders: []};
  page.on('console', message => {
    if (message.type() === 'error' || /Content Security Policy|Trusted/.test(message.text()))
      seen.errors.push(`${message.text()} ${message.location().url}`);
  });
  const open = new Set();
  underWay.set(page, open);
  page.on('request', request => {
    if (!request.url().startsWith(`${base}/console/events`)) open.add(request);
  });
  for (const end of ['requestfinished', 'requestfailed']) page.on(end, request => open.delete(request));
  page.on('pageerror', error => seen.errors.push(error.stack));
  page.on('request', request => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith('data:') && !url.startsWith('blob:')) seen.foreign.push(url);
    if (request.method() !== 'GET') seen.orders.push(`${request.method()} ${url}`);
  });
  await page.goto(`${base}/console/`);
  return {page, seen, context};
}

/** Goes to a route and waits until its panels have their data and are drawn. */
export async function go(page, route) {
  await page.evaluate(hash => {
    location.hash = hash;
  }, `#/${route}`);
  await page.waitForFunction(
    hash =>
      location.hash === hash &&
      document.querySelector('main h1') &&
      ![...document.querySelectorAll('main .empty')].some(each =>
        /^(Reading|Arranging|Comparing) …/.test(each.textContent.trim()),
      ),
    `#/${route}`,
    {timeout: 15000},
  );
  const end = Date.now() + 15_000;
  for (let quiet = 0; quiet < 3 && Date.now() < end; quiet = underWay.get(page)?.size ? 0 : quiet + 1) {
    await page.evaluate(() => new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn, 10))));
  }
}

/** Returns the text of the page without line breaks. */
export const textOf = async (page, selector = 'main') =>
  (await page.locator(selector).first().innerText()).replace(/\s+/g, ' ');

/** Returns what axe-core finds serious or critical. @param {string[]} [rules] all rules if it is absent */
export async function axe(page, rules) {
  await page.evaluate(`(() => { ${AXE}; window.axe = window.axe ?? axe; })()`).catch(() => page.evaluate(AXE));
  const result = await page.evaluate(
    only => window.axe.run(document, {resultTypes: ['violations'], ...(only ? {runOnly: only} : {})}),
    rules,
  );
  return result.violations
    .filter(each => ['serious', 'critical'].includes(each.impact))
    .map(
      each =>
        `${each.id}: ${each.help} (${each.nodes
          .slice(0, 3)
          .map(node => node.html.slice(0, 160))
          .join(' | ')})`,
    );
}

/** Returns JSON of the admin API. */
export async function admin(base, path, token) {
  const response = await fetch(base + path, token ? {headers: {authorization: `Bearer ${token}`}} : {});
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Returns a number as the console writes it. */
export const number = value =>
  new Intl.NumberFormat('en').format(Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100);
