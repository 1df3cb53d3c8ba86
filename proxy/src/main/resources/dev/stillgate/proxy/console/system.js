/** System: upstreams, filters, ledger, and the process itself. */
import {html, nothing, panel, ago, bar, brief, facts, text, time, empty} from './widgets.js';
import {count, duration, short, words} from './format.js';
import {table} from './table.js';
import {parts} from './explain.js';
import {use} from './net.js';

function upstream(each) {
  return html`<h3>
      ${brief(each.name)}
      <span class="note"
        >${each.most ? html`${count(each.taken)} of ${count(each.most)} places taken, ${count(each.waiting)} wait` : `${count(each.taken)} under way, no limit`}</span
      >
    </h3>
    ${each.most ? bar(each.taken / each.most, `${count(each.taken)} of ${count(each.most)}`) : nothing}
    ${table(
      `Endpoints of ${each.name}`,
      [
        {name: 'Endpoint', cell: row => text(row.endpoint), by: row => row.endpoint},
        {
          name: 'Condition',
          cell: row =>
            html`<span class="condition ${row.condition === 'available' ? 'good' : 'bad'}"
                >${row.condition === 'available' ? '● ' : '▲ '}${words(row.condition)}</span
              >${row.forMillis ? html` <span class="note">for ${duration(row.forMillis / 1000)}</span>` : nothing}`,
          by: row => row.condition,
        },
        {name: 'Failures', num: true, cell: row => count(row.failures), by: row => row.failures},
        {name: 'Under way', num: true, cell: row => count(row.underWay), by: row => row.underWay},
        {name: 'Connections', num: true, cell: row => count(row.connections), by: row => row.connections},
      ],
      each.endpoints ?? [],
    )}`;
}

const filters = list =>
  table(
    'Filters in their order',
    [
      {name: 'Filter', cell: row => text(row.name), by: row => row.name},
      {name: 'Type', cell: row => text(row.type), by: row => row.type},
      {name: 'Mode', cell: row => row.mode, by: row => row.mode},
      {name: 'On error', cell: row => (row.onError === 'open' ? 'let pass' : 'refuse'), by: row => row.onError},
      {name: 'Phases', cell: row => (row.phases ?? []).join(', ')},
      ...['allow', 'flag', 'reject', 'error', 'tap'].map(name => ({
        name: words(name),
        num: true,
        cell: row => short(row.decisions?.[name]),
        by: row => row.decisions?.[name],
      })),
    ],
    list,
  );

function ledger(page) {
  const found = parts(page)
    .map(([, part]) => part)
    .find(part => part?.ledger);
  if (!found) return empty('No filter keeps a ledger.');
  return html`${facts([
    ['Secret', text(found.secret)],
    ['State', text(found.ledger.state)],
    ['Leaves', count(found.ledger.leaves)],
    ['Wait to be written', count(found.ledger.waiting)],
    ['Public key', html`<code>${text(found.ledger.publicKey, 90)}</code>`],
    ['Beacon', found.beacon ? text(found.beacon) : null],
  ])}
  ${
    found.keys?.length
      ? table(
          'Keys of the marks',
          [
            {name: 'Key', cell: row => text(row.key), by: row => row.key},
            {name: 'Usable', cell: row => (row.usable ? 'yes' : 'no')},
            {name: 'In the ledger', cell: row => (row.committed ? 'yes' : 'not yet')},
            {name: 'Marked responses', num: true, cell: row => count(row.answers), by: row => row.answers},
            {name: 'Places', num: true, cell: row => count(row.sites), by: row => row.sites},
          ],
          found.keys,
          {sorted: [3, true]},
        )
      : nothing
  }`;
}

function settings(config) {
  const flat = Object.entries(config?.stillgate ?? {}).map(([name, value]) => ({
    name,
    value: typeof value === 'object' ? JSON.stringify(value) : String(value),
  }));
  return table(
    'Settings of the process',
    [
      {name: 'Key', cell: row => html`<code>${row.name}</code>`, by: row => row.name},
      {name: 'Value', cell: row => text(row.value, 110), find: row => row.value},
    ],
    flat,
  );
}

/** Draws the page. */
export function view() {
  const upstreams = use('/upstreams', 5);
  const list = use('/filters', 10);
  const config = use('/config', 60);
  const session = use('/console/session', 60);
  const marks = (list.data ?? []).some(filter => filter.type === 'canary' && filter.mode !== 'off')
    ? use('/canary', 20)
    : null;
  return html`<h1>System</h1>
    ${panel('Upstreams', html`${(upstreams.data?.upstreams ?? []).map(upstream)}`, {path: '/upstreams', entry: upstreams})}
    ${panel('Filters', filters(list.data ?? []), {path: '/filters', entry: list, note: 'Decisions since the policy came into force.'})}
    ${panel('Ledger of marked responses', marks ? ledger(marks.data) : empty('No filter keeps a ledger.'), {path: marks ? '/canary' : '/filters', entry: marks ?? list, command: 'stillgate ledger verify --dir state/canary/ledger'})}
    ${panel(
      'Process',
      html`${facts([
        ['Version', text(session.data?.version ?? '–')],
        ['Time of the gateway', session.data?.time ? time(session.data.time, 'full') : null],
        [
          'Policy in force',
          config.data ? html`generation ${count(config.data.generation)}, ${ago(config.data.since)}` : null,
        ],
      ])}
      ${settings(config.data)}`,
      {path: '/config', entry: config, note: 'Secrets are redacted by the gateway.'},
    )}`;
}
