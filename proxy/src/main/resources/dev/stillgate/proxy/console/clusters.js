/** All clusters, also those that were judged. */
import {html, nothing, panel, clusterLink, ago, empty, text} from './widgets.js';
import {count, odds, short} from './format.js';
import {table} from './table.js';
import {parts, signal, standingsInWords} from './explain.js';
import {kinds} from './review.js';
import {use} from './net.js';

/** What the allow-list of the policy keeps out of sight. */
function hidden() {
  const entry = use('/clusters/hidden', 60);
  const rows = parts(entry.data).flatMap(([, part]) => (Array.isArray(part) ? part : []));
  if (!rows.length) return nothing;
  return panel(
    'Hidden by the allow-list',
    table(
      'Entries of the allow-list',
      [
        {name: 'Kind', cell: row => text(row.by), by: row => row.by},
        {name: 'Value', cell: row => text(row.value), by: row => row.value},
        {name: 'Exchanges', num: true, cell: row => count(row.exchanges), by: row => row.exchanges},
        {name: 'Accounts', num: true, cell: row => count(row.accounts?.length), by: row => row.accounts?.length},
      ],
      rows,
      {sorted: [2, true]},
    ),
    {
      path: '/clusters/hidden',
      note: 'These exchanges are not looked at, or their accounts are not compared for the value.',
    },
  );
}

/** Draws the page. */
export function view() {
  const list = use('/clusters', 20);
  const rows = parts(list.data).flatMap(([, part]) => (Array.isArray(part) ? part : []));
  return html`<h1>Clusters</h1>
    <p class="lead">Groups of accounts that act as one. Each has a dossier with the evidence.</p>
    ${panel(
      'All clusters',
      rows.length
        ? table(
            'Clusters',
            [
              {name: 'Cluster', cell: row => clusterLink(row.id), by: row => row.id},
              {name: 'Accounts', num: true, cell: row => count(row.size), by: row => row.size},
              {
                name: 'Evidence',
                num: true,
                gloss: 'base-10 logarithm of the odds that one actor is behind the accounts',
                cell: row => html`<span title=${odds(row.evidence)}>${row.evidence.toFixed(1)}</span>`,
                by: row => row.evidence,
              },
              {name: 'Standings', cell: row => standingsInWords(row) || '–', by: standingsInWords},
              {name: 'Kinds of evidence', cell: row => kinds(row) || '–', by: kinds},
              {
                name: 'Reasons',
                cell: row => text((row.reasons ?? []).map(name => signal(name)[0]).join('; '), 70),
                find: row => row.reasons?.join(' '),
              },
              {
                name: 'Tokens refused',
                num: true,
                cell: row => short(row.text?.tokensRefused),
                by: row => row.text?.tokensRefused,
              },
              {
                name: 'Marked',
                num: true,
                cell: row => short(row.text?.tokensMarked),
                by: row => row.text?.tokensMarked,
              },
              {name: 'Free', num: true, cell: row => short(row.text?.tokensFree), by: row => row.text?.tokensFree},
              {name: 'Found', cell: row => ago(row.since), by: row => row.since},
            ],
            rows,
            {sorted: [2, true]},
          )
        : empty('No cluster was found. Accounts are compared once they have ten exchanges and twenty hours.'),
      {path: '/clusters', entry: list},
    )}
    ${list.data ? hidden() : nothing}`;
}
