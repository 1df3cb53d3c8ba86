/** Review queue: clusters and accounts that wait for a judgement, most suspicious first. */
import {html, nothing, panel, accountLink, clusterLink, ago, standing, empty, text, brief} from './widgets.js';
import {count, odds, percent, plural, words} from './format.js';
import {table} from './table.js';
import {family, parts, signal, strength} from './explain.js';
import {orderButton} from './actions.js';
import {judgeAccount, judgeCluster} from './orders.js';
import {use} from './net.js';

const reasons = list =>
  (list ?? [])
    .map((name, i) => (i ? signal(name)[0].replace(/^./, first => first.toLowerCase()) : signal(name)[0]))
    .join('; ');

/** Returns the standing that accounts have, and the one after a confirmation. */
const standings = item =>
  html`<span>${standing(item.standing)} <span class="note">if confirmed ${words(item.ifConfirmed)}</span></span>`;

function clusterItem(item) {
  return html`<li class="item">
    <article aria-label="Cluster ${item.id}">
      <header>
        <h3>${clusterLink(item.id)} · ${plural(item.size, 'account')}</h3>
        ${standings(item)}
      </header>
      <p><b>${strength(item.evidence)}</b> (${odds(item.evidence)}). ${reasons(item.reasons)}.</p>
      <p class="note">
        Found ${ago(item.since)} · ${count(item.unlabelled)} not judged
        yet${item.links?.length ? html` · linked by ${item.links.map(link => brief(link.name)).reduce((all, each) => html`${all}, ${each}`)}` : nothing}
      </p>
      ${item.pending ? html`<p class="call">${words(item.pending.what)} by ${text(item.pending.by)} waits for another operator (${item.pending.approvals} of ${item.pending.needed}): ${text(item.pending.why, 200)}</p>` : nothing}
      <p class="buttons">
        <a class="button" href="#/clusters/${encodeURIComponent(item.id)}"
          >Read the dossier<span class="vh"> of ${item.id}</span></a
        >
        ${orderButton(html`Confirm<span class="vh"> ${item.id}</span>`, () => judgeCluster('confirm', item))}
        ${orderButton(html`Refute<span class="vh"> ${item.id}</span>`, () => judgeCluster('refute', item))}
      </p>
    </article>
  </li>`;
}

/** Accounts that joined a confirmed campaign, or the suspended order that joined them. */
function joinersItem(item) {
  return html`<li class="item">
    <article aria-label="Campaign ${item.id}">
      <header><h3>${clusterLink(item.id)} · ${item.suspended ? 'suspended standing order' : plural(item.size, 'joined account')}</h3></header>
      <p>
        ${
          item.suspended
            ? 'Operators refuted three of the last thirty judged accounts that joined. No account joins until the cluster is confirmed again.'
            : html`Joined the confirmed campaign and wait for a judgement; ${count(item.verified)} are verified.`
        }
      </p>
      <p class="buttons"><a class="button" href="#/clusters/${encodeURIComponent(item.id)}">Read the dossier<span class="vh"> of ${item.id}</span></a></p>
    </article>
  </li>`;
}

function accountItem(item) {
  const like = item.resembles;
  return html`<li class="item">
    <article aria-label="Account ${String(item.id).slice(0, 60)}">
      <header>
        <h3>${accountLink(item.id)}</h3>
        ${standings(item)}
      </header>
      ${
        item.join
          ? html`<p>
              Joined the confirmed campaign ${clusterLink(item.join.cluster)} at conversation ${count(item.join.start)}:
              ${text(item.join.traits.join('; '), 300)}. Drawn at random for a judgement.
            </p>`
          : like
          ? html`<p>
              ${
                like.stopsJoins
                  ? html`Stops the joins of the confirmed campaign ${clusterLink(like.campaign)}: a known customer with at
                      least one side of it, what is asked or where it comes from.`
                  : html`A known customer that asks what the confirmed campaign ${clusterLink(like.campaign)} asks, from
                      where it comes from.`
              }
              Newcomers are compared with it until you confirm it.
            </p>`
          : html`<p>
              A new account, drawn at random. Vouch for it if you know that the customer is honest.
            </p>`
      }
      <p class="note">First seen ${ago(item.since)}</p>
      <p class="buttons">
        ${['confirm', 'refute', 'vouch'].map(verb => orderButton(html`${verb === 'vouch' ? 'Vouch' : verb === 'confirm' ? 'Confirm' : 'Refute'}<span class="vh"> ${String(item.id).slice(0, 60)}</span>`, () => judgeAccount(verb, item.id)))}
      </p>
    </article>
  </li>`;
}

const ITEMS = {cluster: clusterItem, joiners: joinersItem, 'standing-order': joinersItem};

/** Returns the table of kinds of evidence for the list of clusters. @param {any} cluster */
export const kinds = cluster =>
  Object.entries(cluster.evidenceByFamily ?? {})
    .filter(([, value]) => value > 0.3)
    .map(([name]) => family(name)[0])
    .join(', ');

/** Draws the page. */
export function view() {
  const queue = use('/review?limit=1000', 20);
  const items = parts(queue.data).flatMap(([, part]) => part.items ?? []);
  const size = parts(queue.data).reduce((all, [, part]) => all + (part.size ?? 0), 0);
  return html`<h1>Review</h1>
    <p class="lead">
      Clusters and accounts that wait for a judgement, most suspicious first. Read the dossier, then confirm or refute.
      Both can be undone.
    </p>
    ${panel(
      'Queue',
      items.length
        ? html`<ul class="items">
              ${items.slice(0, 100).map(item => (ITEMS[item.kind] ?? accountItem)(item))}
            </ul>
            ${items.length > 100 ? html`<p class="note">The first 100 of ${count(size)} are shown.</p>` : nothing}`
        : empty('Nothing waits for a judgement.'),
      {
        path: '/review?limit=1000',
        command: 'stillgate review',
        entry: queue,
        note: size ? `${plural(size, 'item')}` : nothing,
      },
    )}`;
}
