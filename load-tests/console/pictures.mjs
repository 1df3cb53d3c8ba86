/** Pictures of each page, light and dark, at 390 and 1,280 px, and the dossier as printed. No page scrolls sideways. */
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {ROUTES, admin, go, launch, open} from './browser.mjs';

const {PLAYED: BASE, PICTURES} = process.env;
let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

test('pictures', async () => {
  const [cluster] = Object.values((await admin(BASE, '/clusters')).filters)
    .flat()
    .sort((a, b) => b.evidence - a.evidence);
  const routes = [...ROUTES, `clusters/${cluster.id}`, `accounts/${cluster.accounts[0]}`];
  const wide = [];
  for (const scheme of ['light', 'dark']) {
    for (const width of scheme === 'light' ? [390, 1280, 1600] : [390, 1280]) {
      const {page, context, seen} = await open(browser, BASE, {colorScheme: scheme, viewport: {width, height: 900}});
      for (const route of routes) {
        await go(page, route);
        if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth))
          wide.push(`${route} at ${width} px`);
        const name = route.replace(/^(clusters|accounts)\/.*/, (_, kind) =>
          kind === 'clusters' ? 'dossier' : 'account',
        );
        if (width < 1600) await page.screenshot({path: `${PICTURES}/${name}-${scheme}-${width}.png`, fullPage: true});
      }
      if (scheme === 'light' && width === 1280) {
        await go(page, `clusters/${cluster.id}`);
        await page.pdf({path: `${PICTURES}/dossier.pdf`, format: 'A4'});
      }
      assert.deepEqual(seen.errors, []);
      await context.close();
    }
  }
  assert.deepEqual(wide, []);
});
