/** Limits: those of the policy, who is close to them, and the shared budgets. */
import {html, nothing, panel, accountLink, text, empty} from './widgets.js';
import {count, short, words} from './format.js';
import {table} from './table.js';
import {gauges} from './gauges.js';
import {parts} from './explain.js';
import {use} from './net.js';

const UNITS = {'1s': 'a second', '1m': 'a minute', '1h': 'an hour', '1d': 'a day'};

/** Returns a rate such as "5000/1m" in words. @param {string} value */
function inWords(value) {
  const [amount, time] = String(value).split('/');
  return `${Number.isFinite(Number(amount)) ? count(Number(amount)) : amount} ${UNITS[time] ?? `in ${time}`}`;
}

const rate = limit => (limit.refill ? inWords(limit.refill) : '–');

function ofFilter(filter) {
  const {limits = [], standings = {}, pool, tiers = {}} = filter.config ?? {};
  return html`${table(
      `Limits of ${filter.name}`,
      [
        {name: 'Limit', cell: row => text(row.name), by: row => row.name},
        {name: 'Counts', cell: row => words(row.measure), by: row => row.measure},
        {name: 'For each', cell: row => (row.scope ?? []).join(' and ')},
        {name: 'Capacity', num: true, cell: row => short(row.capacity), by: row => row.capacity},
        {name: 'Refill', num: true, cell: rate},
        {name: 'Models', cell: row => (row.models?.length ? text(row.models.join(', ')) : 'all')},
      ],
      limits,
    )}
    <ul class="plainlist">
      ${Object.entries(standings).map(([name, factor]) => html`<li>At <b>${name}</b>, capacity and refill are multiplied by ${count(factor)}.</li>`)}
      ${
        pool
          ? html`<li>
              At <b>pooled</b>, all accounts of a pool share one customer's limits, and a budget:
              ${Object.entries(pool)
                .filter(([, value]) => typeof value === 'string')
                .map(([name, value]) => `${words(name)} ${inWords(value)}`)
                .join(', ')}.
            </li>`
          : nothing
      }
      ${Object.keys(tiers).length ? html`<li>Tiers with limits of their own: ${text(Object.keys(tiers).join(', '))}.</li>` : nothing}
    </ul>`;
}

/** Gauges of one account. Unlisted accounts are forgotten once their buckets are full, so they are read on demand only. */
function close(account) {
  if (/^h\d+:/.test(account))
    return html`<div class="gauge-card">
      <h3>${accountLink(account)}</h3>
      <p class="note">Not in accounts.yaml. Its buckets are on its page while they are not full.</p>
    </div>`;
  const path = `/accounts/${encodeURIComponent(account)}`;
  const entry = use(path, 15);
  const limits = parts(entry.data).flatMap(([, part]) => part?.limits ?? []);
  return html`<div class="gauge-card">
    <h3>${accountLink(account)}</h3>
    ${limits.length ? gauges(limits) : html`<p class="note">${entry.data ? 'Its buckets are full.' : 'Reading …'}</p>`}
  </div>`;
}

/** Draws the page. */
export function view() {
  const config = use('/config', 60);
  const top = use('/top', 10);
  const filters = (config.data?.policy?.filters ?? []).filter(
    each => each.type === 'token-bucket' && each.mode !== 'off',
  );
  const rows = top.data?.byRefused?.length ? top.data.byRefused : (top.data?.byTokens ?? []);
  return html`<h1>Limits</h1>
    <p class="lead">
      Token buckets: each request takes tokens, time puts them back. A request that finds too few is refused with 429.
    </p>
    ${
      filters.length
        ? filters.map(
            filter =>
              html`${panel(`Policy: ${filter.name}`, ofFilter(filter), {path: '/config', entry: config, note: html`${filter.mode === 'shadow' ? 'In shadow mode: refusals are counted, requests pass.' : nothing}`})}`,
          )
        : panel('Policy', empty('No filter of the policy has limits.'), {path: '/config', entry: config})
    }
    ${panel(
      'Closest to their limits',
      rows.length
        ? html`<div class="cards">${rows.slice(0, 6).map(row => close(row.account))}</div>`
        : empty('No account sent a request in the last minutes.'),
      {
        path: '/top',
        entry: top,
        note: top.data?.byRefused?.length
          ? 'accounts with most refusals in the last minutes'
          : 'accounts with most tokens in the last minutes',
      },
    )}`;
}
