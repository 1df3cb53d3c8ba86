/** Standings of the members: the ladder with what each step means, why no higher, orders, and the timeline. */
import {html, nothing, brief, clusterLink, empty, standing, text, time} from './widgets.js';
import {count, isUtc, millis, plural, when, words} from './format.js';
import {LADDER} from './explain.js';
import {meets} from './dossier-orders.js';
import {ordersOf} from './order-list.js';
import {thresholds} from './dossier-data.js';

/** Returns the ladder with the members at each step. @param {any} d */
export function standings(d) {
  const names = [...LADDER, ...Object.keys(d.standings ?? {}).filter(name => !LADDER.includes(name))];
  const limits = thresholds(d);
  const verified = name => d.members.filter(each => each.standing === name && each.verified).length;
  const complete = d.members.length >= d.size;
  return html`<table class="ladder">
      <caption class="vh">
        Members at each standing, and what their requests meet
      </caption>
      <thead>
        <tr>
          <th scope="col">Standing</th>
          <th scope="col" class="n">Members</th>
          <th scope="col" class="n">Verified</th>
          <th scope="col">What requests meet</th>
        </tr>
      </thead>
      <tbody>
        ${names.map(
          name =>
            html`<tr class=${d.standings?.[name] ? '' : 'unused'}>
              <th scope="row">${standing(name)}</th>
              <td class="n" data-name="Members">${count(d.standings?.[name] ?? 0)}</td>
              <td class="n" data-name="Verified">${complete ? count(verified(name)) : '–'}</td>
              <td class="note">${meets(name)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p class="note">
      Evidence marks from ${limits.marked} (powers of ten of the odds). Pooled takes an operator, or a registration fact
      that identifies the payer; blocked takes an operator.
    </p>
    ${
      d.held == null
        ? nothing
        : html`<h3>Why clear</h3>
            ${
              d.held.length
                ? html`<ul class="plainlist">
                    ${d.held.map(each => html`<li>${text(each.text, 400)}</li>`)}
                  </ul>`
                : html`<p class="note">No member is clear although the evidence marks.</p>`
            }`
    }
    <h3>Orders that hold</h3>
    ${orders(d)}
    <p><a href=${ordersOf({cluster: d.id})}>All orders on this cluster</a></p>`;
}

const ORDERED = {confirmed: 'confirmed', refuted: 'refuted', vouched: 'vouched for', set: 'standing set'};

const said = each =>
  html`${ORDERED[each.what] ?? words(each.what)}${each.standing ? html` to ${standing(each.standing)}` : nothing}${each.by ? html` by ${text(each.by)}` : nothing}:
  ${plural(each.accounts, 'account')}, until ${when(each.until, 'day')}. “${text(each.why, 160)}”`;

function orders(d) {
  if (!d.orders)
    return Object.keys(d.labels ?? {}).length
      ? html`<p>
          ${Object.entries(d.labels)
            .map(([name, n]) => `${words(name)} by operators: ${count(n)}`)
            .join('; ')}
        </p>`
      : html`<p class="note">No member was judged by an operator.</p>`;
  return d.orders.length
    ? html`<ul class="plainlist">
        ${d.orders.map(each => html`<li>${time(each.at)}: ${said(each)}</li>`)}
      </ul>`
    : html`<p class="note">
        None: no operator has judged a member or set its standing. (“Verified” is what the accounts file says of a
        customer; it is no judgement of this group.)
      </p>`;
}

const GREW = /^grew from (\d+) to (\d+) accounts$/;

/** Folds the growth of a day, and the changes of standing of a day from and to the same step. */
function folded(d) {
  const orders = new Set((d.orders ?? []).map(each => millis(each.at)));
  const events = (d.timeline ?? [])
    .filter(each => !(orders.has(millis(each.at)) && / by |pinned|taken back/.test(each.what)))
    .map(each => ({at: millis(each.at), grew: GREW.exec(each.what), what: each.what}));
  const days = [];
  const day = at => when(at, 'day');
  for (const each of events) {
    const last = days.at(-1);
    if (each.grew && last?.grew && day(last.at) === day(each.at)) {
      last.at = each.at;
      last.to = Number(each.grew[2]);
      last.steps++;
    } else if (each.grew)
      days.push({at: each.at, from: each.at, grew: true, begin: Number(each.grew[1]), to: Number(each.grew[2]), steps: 1});
    else days.push({at: each.at, shown: text(each.what, 400)});
  }
  const changes = new Map();
  for (const each of d.changes ?? []) {
    const at = millis(each.at);
    const key = [day(at), each.from, each.to, each.ordered, each.cluster].join(' ');
    const known = changes.get(key);
    if (known) {
      known.accounts += each.accounts;
      known.at = at;
      known.steps++;
    } else changes.set(key, {...each, at, begin: at, steps: 1});
  }
  const shown = [
    ...days.map(each => ({
      at: each.at,
      shown: each.grew
        ? html`grew from ${count(each.begin)} to ${count(each.to)}
          accounts${each.steps > 1 ? html` <span class="note">in ${count(each.steps)} steps since ${when(each.from, 'clock').slice(0, 5)}</span>` : nothing}`
        : each.shown,
    })),
    ...[...changes.values()].map(each => ({
      at: each.at,
      shown: html`${plural(each.accounts, 'account')}: ${brief(each.from, 20)} → ${standing(each.to)}
        <span class="note"
          >${each.ordered ? 'by an operator' : 'by evidence'}${each.cluster ? html` of cluster ${clusterLink(each.cluster)}` : nothing}${each.steps > 1 ? `, in ${count(each.steps)} steps since ${when(each.begin, 'clock').slice(0, 5)}` : ''}</span
        >`,
    })),
    ...(d.orders ?? []).map(each => ({at: millis(each.at), shown: said(each)})),
  ];
  return shown.sort((a, b) => b.at - a.at);
}

/** Returns the timeline, the newest first. @param {any} d */
export function timeline(d) {
  const events = folded(d);
  if (!events.length) return empty('No event is on record.');
  return html`<p class="note">
      ${plural(events.length, 'event')}, the newest first. Times are in ${isUtc() ? 'UTC' : `your zone (${Intl.DateTimeFormat().resolvedOptions().timeZone})`}.
      Steps of one day are folded; the last is shown.
    </p>
    <ol class="timeline open" aria-label="Timeline, newest first">
      ${events.map(each => html`<li>${time(each.at)} <span>${each.shown}</span></li>`)}
    </ol>`;
}
