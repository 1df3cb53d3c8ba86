/** Accounts: a search, the busiest ones, and the page of one account with standing, buckets and reasons. */
import {
  html,
  nothing,
  panel,
  clusterLink,
  ago,
  bar,
  brief,
  facts,
  figure,
  standing,
  text,
  time,
  visible,
  waiting,
} from './widgets.js';
import {count, odds, percent, words} from './format.js';
import {table} from './table.js';
import {capability, part, parts, sharedKey, signal, standingMeans, trait} from './explain.js';
import {orderOrCommand, readOnly} from './actions.js';
import {judgeAccount, pin, unlabel, unpin} from './orders.js';
import {use} from './net.js';
import {topTable} from './now.js';
import {gauges} from './gauges.js';
import {ordersOf} from './order-list.js';
import {joining} from './dossier-members.js';

function seek(event) {
  event.preventDefault();
  const id = new FormData(event.target).get('id').trim();
  if (id) location.hash = `#/accounts/${encodeURIComponent(id)}`;
}

function overview() {
  const listed = use('/accounts', 60);
  const top = use('/top', 10);
  return html`<h1>Accounts</h1>
    <form class="search" @submit=${seek}>
      <label>Account id <input name="id" required autocomplete="off" spellcheck="false" /></label
      ><button class="primary">Open</button>
    </form>
    <p class="note">
      ${listed.data ? `${count(listed.data.listed)} accounts are listed in accounts.yaml. Unlisted ones are named after the keyed hash of their credential, such as h1:…` : ''}
    </p>
    <div class="two">
      ${panel('Most requests', topTable('Accounts with most requests', top.data?.byRequests ?? [], 1), {path: '/top', entry: top})}
      ${panel('Most refused', topTable('Accounts with most refusals', top.data?.byRefused ?? [], 2), {path: '/top', entry: top})}
      ${panel('Most tokens', topTable('Accounts with most tokens', top.data?.byTokens ?? [], 3), {path: '/top', entry: top})}
    </div>`;
}

/** The budgets that the members of a confirmed cluster share. @param {string} id */
function sharedBudgets(id) {
  const entry = use(`/pools/${encodeURIComponent(id)}`, 10);
  const limits = parts(entry.data ?? {}).flatMap(([, each]) => each?.limits ?? []);
  return html`<p>${clusterLink(id)}</p>
    ${entry.data ? gauges(limits.filter(limit => limit.name.startsWith('pool-'))) : waiting(entry)}`;
}

function actions(id, behaviour) {
  return html`<section class="verdict" aria-label="Orders">
    <div class="buttons">
      ${
        behaviour?.label
          ? orderOrCommand('Take the judgement back', () => unlabel('accounts', id))
          : html`${orderOrCommand('Confirm: part of a campaign', () => judgeAccount('confirm', id))}
            ${orderOrCommand('Refute: innocent', () => judgeAccount('refute', id))}
            ${orderOrCommand('Vouch: known customer', () => judgeAccount('vouch', id))}`
      }
      ${behaviour?.pinned ? orderOrCommand('Take set standing back', () => unpin('accounts', id, behaviour.standing)) : orderOrCommand('Set standing', () => pin('accounts', id))}
    </div>
    <p class="note"><a href=${ordersOf({account: id})}>Orders on this account</a> ${readOnly()}</p>
  </section>`;
}

function why(page, behaviour) {
  return html`${facts([
    ['In force', html`${standing(page.inForce)} <span class="note">${standingMeans(page.inForce)}</span>`],
    [
      'From evidence',
      behaviour
        ? html`${standing(behaviour.pinned?.insteadOf ?? behaviour.standing)}${page.account?.verified && page.inForce !== behaviour.standing ? html` <span class="note">verified accounts are marked at most by evidence</span>` : nothing}`
        : null,
    ],
    [
      'Evidence',
      behaviour?.evidence
        ? `${behaviour.evidence.toFixed(1)} · ${odds(behaviour.evidence)}`
        : behaviour
          ? 'none'
          : null,
    ],
    ['Cluster', behaviour?.cluster ? clusterLink(behaviour.cluster) : null],
    ['Since', behaviour?.since ? time(behaviour.since) : null],
    ['Ends', behaviour?.expires ? time(behaviour.expires) : null],
    [
      'Set by an operator',
      behaviour?.pinned
        ? html`${standing(behaviour.pinned.standing)} by ${text(behaviour.pinned.by ?? 'an unnamed operator')} until
          ${time(behaviour.pinned.until)}:
          ${text(behaviour.pinned.why, 200)}`
        : null,
    ],
    [
      'Judgement',
      behaviour?.label
        ? html`${words(behaviour.label.what)} by ${text(behaviour.label.by)}, ${time(behaviour.label.at)}, until
          ${time(behaviour.label.until)}: ${text(behaviour.label.why, 200)}`
        : null,
    ],
    [
      'Waits',
      behaviour?.pending
        ? html`${words(behaviour.pending.what)} by ${text(behaviour.pending.by)}: ${behaviour.pending.approvals} of
          ${behaviour.pending.needed}`
        : null,
    ],
  ])}${
    behaviour?.reasons?.length
      ? html`<ul class="reasons">
          ${behaviour.reasons.map(name => html`<li><b>${signal(name)[0]}</b> <span class="note">${signal(name)[1]}</span></li>`)}
        </ul>`
      : nothing
  }`;
}

function identity(page, behaviour) {
  const own = page.account;
  return html`${facts([
    ['Listed', own ? 'in accounts.yaml' : 'no'],
    [
      'Organisation',
      (own?.organisation ?? behaviour?.organisation) ? text(own?.organisation ?? behaviour.organisation) : null,
    ],
    ['Tier', own?.tier ? text(own.tier) : null],
    ['Region', own?.region ? text(own.region) : null],
    ['Verified', own ? (own.verified ? 'yes' : 'no') : null],
    ['Created', own?.created ? time(own.created, 'day') : null],
    ['First seen', behaviour?.firstSeen ? time(behaviour.firstSeen, 'day') : null],
    ['Last seen', behaviour?.lastSeen ? ago(behaviour.lastSeen) : null],
    [
      'Exchanges',
      behaviour?.exchanges != null ? `${count(behaviour.exchanges)} on ${count(behaviour.daysActive)} days` : null,
    ],
    [
      'Last minutes',
      page.recent ? `${count(page.recent.requests)} requests, ${count(page.recent.refused)} of them refused` : null,
    ],
    [
      'Registration facts',
      own && Object.keys(own.facts ?? {}).length
        ? html`${Object.entries(own.facts).map(([name, value]) => html`<span class="pair">${text(name)} <code>${brief(value, 16)}</code></span> `)}`
        : null,
    ],
  ])}${
    page.lastRefusal
      ? html`<h3>Last refusal</h3>
          ${facts(Object.entries(page.lastRefusal).map(([name, value]) => [words(name), name === 'at' ? time(value, 'full') : typeof value === 'object' ? text(JSON.stringify(value), 200) : text(value, 200)]))}
          <p class="note">What to tell the customer: <q>${appeal(page.lastRefusal)}</q></p>`
      : html`<p class="note">No request of this account was refused lately.</p>`
  }`;
}

const appeal = refusal =>
  `Your request of ${refusal.at ?? 'today'} was refused by ${visibleCode(refusal)}. Send this line to support if you think that it was wrong.`;
const visibleCode = refusal =>
  visible([refusal.filter, refusal.code ?? refusal.reason].filter(Boolean).join('/')).slice(0, 80);

function traits(behaviour) {
  const rows = Object.entries(behaviour.signals ?? {}).flatMap(([name, all]) =>
    Object.entries(all).map(([key, value]) => ({name, key, value})),
  );
  return table(
    'Traits of the account',
    [
      {name: 'Trait', cell: row => trait(row.key), by: row => trait(row.key)},
      {name: 'Signal', cell: row => words(row.name), by: row => row.name},
      {name: 'Value', num: true, cell: row => count(row.value), by: row => row.value},
    ],
    rows,
  );
}

/** Returns the order with which a standing began or ended. */
function ordered({order, ended}) {
  const {what, by, why} = order ?? ended;
  return html`${ended ? 'ended: ' : nothing}${visible(what)} by ${text(by ?? 'an unnamed operator')}${why ? html`: ${text(why, 160)}` : nothing}`;
}

/** Returns what is known of an account, in two sentences. */
function gist(page, behaviour) {
  const kinds = Object.entries(behaviour.asksFor ?? {})
    .sort((a, b) => b[1] - a[1])
    .slice(0, 2)
    .map(([name, share]) => `${percent(share)} of them ask for ${capability(name)[2]}`);
  return html`It sent ${count(behaviour.exchanges)} prompts on ${count(behaviour.daysActive)}
  days${kinds.length ? `; ${kinds.join(', ')}` : ''}.
  ${behaviour.cluster ? html` It acts as one with the accounts of cluster ${clusterLink(behaviour.cluster)}, and is <b>${page.inForce}</b>: ${standingMeans(page.inForce)}.` : html` It belongs to no cluster, and is <b>${page.inForce}</b>: ${standingMeans(page.inForce)}.`}`;
}

function one(id) {
  const path = `/accounts/${encodeURIComponent(id)}`;
  const entry = use(path, 15);
  const page = entry.data;
  const title = html`<h1>Account ${brief(id, 60)}</h1>`;
  if (!page) return html`${title}${waiting(entry)}`;
  const behaviour = part(page, each => each.changes || (each.standing && !each.limits));
  const from = {path};
  return html`${title}${id.length > 60 ? html`<p>${text(id)}</p>` : nothing}${actions(id, behaviour)}
    ${behaviour?.exchanges != null ? html`<p class="lead">${gist(page, behaviour)}</p>` : nothing}
    ${behaviour ? html`<dl class="figures">${figure('In force', standing(page.inForce))}${figure('Evidence', (behaviour.evidence ?? 0).toFixed(1), behaviour.evidence ? odds(behaviour.evidence) : 'none')}${figure('Exchanges', count(behaviour.exchanges))}${figure('Last seen', ago(behaviour.lastSeen))}</dl>` : nothing}
    <div class="two">
      ${panel('Standing, and why', why(page, behaviour), {...from, command: `stillgate explain account ${/^[\w.:-]+$/.test(id) ? id : 'ID'}`})}
      ${panel('Identity', identity(page, behaviour), from)}
      ${parts(page)
        .filter(([, each]) => each?.limits)
        .map(
          ([name, each]) =>
            html`${panel(
              `Limits of ${visible(name).slice(0, 40)}`,
              html`${gauges(each.limits)}${
                (each.pools ?? []).length
                  ? html`<h3>Shared budgets of its pool</h3>
                      <p class="note">All members draw on them together. A refusal here may come from these.</p>
                      ${each.pools.map(pool => sharedBudgets(String(pool)))}`
                  : nothing
              }`,
              from,
            )}`,
        )}
      ${
        behaviour && Object.keys(behaviour.asksFor ?? {}).length
          ? panel(
              'What the prompts ask for',
              html`<table class="bars">
                <caption class="vh">
                  Share of prompts
                </caption>
                <tbody>
                  ${Object.entries(behaviour.asksFor).map(
                    ([name, share]) =>
                      html`<tr>
                        <th scope="row">${capability(name)[0]}</th>
                        <td>${bar(share, percent(share))}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>`,
              from,
            )
          : nothing
      }
      ${(behaviour?.campaigns ?? []).map(each => panel('Like a confirmed campaign', joining(each, id), from))}
      ${
        behaviour && Object.keys(behaviour.shares ?? {}).length
          ? panel(
              'Compared by',
              html`${facts(Object.entries(behaviour.shares).map(([name, values]) => [sharedKey(name), html`<code>${visible(values.join(', ')).slice(0, 200)}</code>`]))}
                <p class="note">Keyed hashes that it may share with other accounts.</p>`,
              from,
            )
          : nothing
      }
      ${
        behaviour?.changes?.length
          ? panel(
              'Changes',
              html`<ol class="timeline" tabindex="0" aria-label="Changes">
                ${behaviour.changes.map(
                  each =>
                    html`<li>
                      ${time(each.at)}
                      <span
                        >${standing(each.standing)} ${each.cluster ? clusterLink(each.cluster) : nothing}
                        <span class="note">${each.order || each.ended ? ordered(each) : (each.reasons ?? []).map(name => signal(name)[0]).join('; ')}</span></span
                      >
                    </li>`,
                )}
              </ol>`,
              from,
            )
          : nothing
      }
    </div>
    ${behaviour?.signals ? panel('Traits', traits(behaviour), from) : nothing}
    ${behaviour?.samples?.length ? html`<p class="note">${count(behaviour.samples.length)} redacted samples are kept as the policy asks. The console does not show prompts; read them as <a href=${path}>JSON</a>.</p>` : nothing}`;
}

/** Draws the page. @param {{id: string|null}} route */
export const view = ({id}) => (id ? one(id) : overview());
