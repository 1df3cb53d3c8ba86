/** Now: what the gateway is doing, and what waits for an operator. */
import {html, nothing, panel, figure, accountLink, ago, brief, standing, empty, text} from './widgets.js';
import {count, duration, percent, short, millis, words} from './format.js';
import {lines, sparkline} from './charts.js';
import {table} from './table.js';
import {parts} from './explain.js';
import {link, use, gatewayNow} from './net.js';

const sum = values => (values ?? []).reduce((all, each) => all + each, 0);

/** Returns the sums of the series over all samples. @param {any} page */
const totals = page => Object.fromEntries(Object.entries(page.series).map(([name, values]) => [name, sum(values)]));

function figures(page) {
  const live = link.now ?? {};
  const total = totals(page);
  const ended = total.served + total.rejected + total.upstreamFailed + total.truncated + total.clientGone;
  const span = duration((page.series.served?.length ?? 0) * page.stepSeconds);
  const rate = value => (value == null ? '–' : html`${count(Math.round(value * 10) / 10)}<span class="unit">/s</span>`);
  return html`<dl class="figures">
    ${figure('Served', rate(live.served), `${short(total.served)} in ${span}`)}
    ${figure('Refused', rate(live.rejected), `${percent(ended ? total.rejected / ended : 0)} of all`)}
    ${figure('Failed upstream', rate(live.upstreamFailed), short(total.upstreamFailed))}
    ${figure('Cut short', rate(live.truncated), short(total.truncated))}
    ${figure('Client gone', rate(live.clientGone), short(total.clientGone))}
    ${figure('Under way', count(live.active ?? page.series.active?.at(-1)))}
    ${figure('Output tokens', rate(live.outputTokens), `${short(total.outputTokens)} in ${span}`)}
    ${figure('Running for', duration((gatewayNow() - millis(page.startedAt)) / 1000))}
  </dl>`;
}

function charts(page) {
  const perSecond = name => (page.series[name] ?? []).map(value => value / page.stepSeconds);
  const options = {end: millis(page.at), step: page.stepSeconds};
  return html`<div class="two">
    ${panel(
      'Requests',
      lines(
        'Requests a second by outcome',
        [
          ['Served', 'served'],
          ['Refused', 'rejected'],
          ['Failed upstream', 'upstreamFailed'],
        ].map(([name, key]) => ({name, values: perSecond(key)})),
        {...options, unit: 'a second'},
      ),
      {path: '/now'},
    )}
    ${panel(
      'Tokens',
      lines(
        'Tokens a second',
        [
          ['Output', 'outputTokens'],
          ['Input', 'inputTokens'],
        ].map(([name, key]) => ({name, values: perSecond(key)})),
        {...options, unit: 'a second'},
      ),
      {path: '/now'},
    )}
  </div>`;
}

function refusals(page) {
  const rows = Object.entries(page.reasons ?? {})
    .map(([name, values]) => {
      const cut = name.indexOf('/');
      return {filter: name.slice(0, Math.max(0, cut)), code: name.slice(cut + 1), total: sum(values), values};
    })
    .filter(row => row.total > 0);
  if (!rows.length) return empty('Every request was served in this time.');
  return table(
    'Requests that were not served, by filter and reason',
    [
      {name: 'Reason', cell: row => text(row.code), by: row => row.code},
      {name: 'Filter', cell: row => text(row.filter), by: row => row.filter},
      {name: 'Trend', cell: row => sparkline(row.values, `${count(row.total)} requests over time`)},
      {name: 'Requests', num: true, cell: row => count(row.total), by: row => row.total},
    ],
    rows,
    {sorted: [3, true]},
  );
}

/** Returns a table of the accounts with the highest counts. @param {string} caption @param {any[]} rows @param {number} by column */
export const topTable = (caption, rows, by = 1) =>
  table(
    caption,
    [
      {name: 'Account', cell: row => accountLink(row.account), by: row => row.account},
      {name: 'Requests', num: true, cell: row => count(row.requests), by: row => row.requests},
      {name: 'Refused', num: true, cell: row => count(row.refused), by: row => row.refused},
      {name: 'Output tokens', num: true, cell: row => short(row.outputTokens), by: row => row.outputTokens},
    ],
    rows,
    {sorted: [by, true]},
  );

function standings(page) {
  const entries = Object.entries(page.standings ?? {}).filter(([name]) => name !== 'clear');
  return entries.length
    ? html`<dl class="keyed">
        ${entries.map(
          ([name, value]) =>
            html`<div>
              <dt>${standing(name)}</dt>
              <dd>${count(value)}</dd>
            </div>`,
        )}
      </dl>`
    : empty('Every account is clear.');
}

function decisions(entry) {
  return table(
    'Filters and their decisions since the start',
    [
      {
        name: 'Filter',
        cell: row => html`${brief(row.name)} <span class="note">${row.mode}</span>`,
        by: row => row.name,
      },
      {name: 'Allowed', num: true, cell: row => short(row.decisions.allow), by: row => row.decisions.allow},
      {name: 'Refused', num: true, cell: row => short(row.decisions.reject), by: row => row.decisions.reject},
      {name: 'Flagged', num: true, cell: row => short(row.decisions.flag), by: row => row.decisions.flag},
      {name: 'Errors', num: true, cell: row => short(row.decisions.error), by: row => row.decisions.error},
    ],
    entry.data ?? [],
  );
}

/** Draws the page. */
export function view() {
  const page = use('/now', 10);
  const top = use('/top', 10);
  const queue = use('/review?limit=1000', 20);
  const filters = use('/filters', 10);
  const waiting = parts(queue.data).reduce((all, [, part]) => all + (part.size ?? 0), 0);
  return html`<h1>Now</h1>
    ${
      waiting
        ? html`<p class="call">
            <a href="#/review"
              ><b>${count(waiting)}</b> ${waiting === 1 ? 'item waits' : 'items wait'} for your judgement</a
            >
          </p>`
        : nothing
    }
    ${page.data ? html`${figures(page.data)}${charts(page.data)}` : panel('Traffic', nothing, {path: '/now', entry: page})}
    <div class="two">
      ${page.data ? panel('Not served', refusals(page.data), {path: '/now', note: `in the last ${duration((page.data.series.served?.length ?? 0) * page.data.stepSeconds)}`}) : nothing}
      ${page.data ? panel('Accounts by standing', standings(page.data), {path: '/now'}) : nothing}
      ${panel('Most requests', topTable('Accounts with most requests', top.data?.byRequests ?? []), {path: '/top', entry: top, note: `in the last ${top.data?.minutes ?? 5} minutes, of ${count(top.data?.accounts)} accounts${top.data?.complete === false ? '; some were not counted for lack of space' : ''}`})}
      ${panel('Filters', decisions(filters), {path: '/filters', entry: filters, note: lastReject(filters.data)})}
    </div>`;
}

function lastReject(list) {
  const last = (list ?? []).map(filter => filter.lastReject).find(Boolean);
  return last
    ? html`Last refusal: ${brief(words(last))}`
    : nothing;
}
