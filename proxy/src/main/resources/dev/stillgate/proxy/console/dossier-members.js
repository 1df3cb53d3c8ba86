/** The members of a cluster, and the evidence that an account belongs to a campaign. */
import {html, accountLink, bar, clusterLink, standing, text, time, visible} from './widgets.js';
import {count, millis, percent, words} from './format.js';
import {chart} from './charts.js';
import {waterfall} from './evidence.js';
import {table} from './table.js';

/** Returns the evidence, trait by trait, that an account belongs to a campaign. @param {any} like @param {string} account */
export function joining(like, account) {
  const most = like.greatestReference;
  const share = value => `${(100 * value).toFixed(1)} %`;
  return html`<p>
      Compared with the campaign ${clusterLink(like.campaign)} after ${count(like.starts)} conversations:
      ${like.score.total.toFixed(1)} (what is asked ${like.score.asked.toFixed(1)}, where it comes from
      ${like.score.origin.toFixed(1)}). The greatest of ${count(like.references)} known customers:
      ${most.total.toFixed(1)} (${most.asked.toFixed(1)}, ${most.origin.toFixed(1)}).
      ${like.joinedAt ? `It exceeds all of them from conversation ${like.joinedAt} on.` : 'It does not exceed all of them.'}
    </p>
    ${chart(
      `Evidence by trait that account ${visible(account).slice(0, 60)} belongs to campaign ${like.campaign}`,
      waterfall(like.traits.map(each => ({name: words(each.trait), value: each.logOdds}))),
      ['Trait', 'In the campaign', 'Known customers', 'Log odds'],
      () =>
        like.traits.map(each => [
          words(each.trait),
          share(each.shareInCampaign),
          share(each.shareAmongKnown),
          each.logOdds,
        ]),
    )}`;
}

/** Returns the table of members. @param {any} d */
export function members(d) {
  const most = Math.max(1e-9, ...d.members.map(row => row.share ?? 0));
  const known = row =>
    [row.verified ? 'verified' : '', row.organisation ? `of ${row.organisation}` : '', row.label ?? '']
      .filter(Boolean)
      .join(', ');
  const by = (name, column) => (d.members.some(row => row[name] != null) ? [column] : []);
  const columns = [
    {name: 'Account', cell: row => accountLink(row.account), by: row => row.account},
    ...by('part', {
      name: 'Part',
      num: true,
      cell: row => row.part ?? '–',
      by: row => row.part,
      find: row => (row.part ? `part ${row.part}` : ''),
    }),
    {name: 'Standing', cell: row => standing(row.standing), by: row => row.standing},
    ...by('since', {name: 'Since', cell: row => time(row.since, 'day'), by: row => row.since, minor: true}),
    {name: 'Known', cell: row => text(known(row), 40), by: known},
    {name: 'Conversations', num: true, cell: row => count(row.exchanges), by: row => row.exchanges},
    {name: 'Share', cell: row => bar((row.share ?? 0) / most, percent(row.share)), by: row => row.share, minor: true},
    {name: 'Last request', cell: row => time(row.lastSeen), by: row => millis(row.lastSeen), minor: true},
  ];
  return html`<p class="note">
      Conversations are those that an account began; counts fade after three weeks. The bar is beside the busiest member.
      The filter takes an id, a standing, “verified” or “part 2”.
    </p>
    ${table(`Members of cluster ${d.id}`, columns, d.members, {
      sorted: [columns.findIndex(column => column.name === 'Conversations'), true],
      more: d.size > d.members.length ? `${count(d.size)} accounts in all` : '',
    })}`;
}
