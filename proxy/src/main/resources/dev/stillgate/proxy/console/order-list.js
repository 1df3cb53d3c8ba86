/** Orders: what operators decided, the newest first, and the page of one order. */
import {html, nothing, panel, accountLink, clusterLink, brief, empty, facts, standing, text, time, waiting} from './widgets.js';
import {count, plural, when, words} from './format.js';
import {table} from './table.js';
import {orderButton, orderOrCommand, readOnly} from './actions.js';
import {approve, confirmClock, withdraw} from './orders.js';
import {mayWrite, signedName, use} from './net.js';

/** Orders on a page; a table of more would draw those in sight only. */
const SHOWN = 50;
const STATUSES = ['in-force', 'waiting', 'lapsed', 'withdrawn', 'replaced', 'ended'];
const FILTERS = ['account', 'cluster', 'by', 'status', 'before'];

const DID = {
  confirm: 'Confirmed',
  refute: 'Refuted',
  vouch: 'Vouched for',
  unpin: 'Took back the set standing of',
  unlabel: 'Took back the judgement of',
  hide: 'Hid from the review',
  unhide: 'Showed in the review again',
  erase: 'Erased',
  withdraw: 'Withdrew the order on',
};

const KEPT = {
  fleet: 'in the store',
  disk: 'on the disk here',
  here: 'only here: not yet known to the fleet',
  memory: 'in memory: a restart loses it',
};

const query = filters => new URLSearchParams(Object.entries(filters).filter(([, value]) => value)).toString();

/** Returns the address of the orders with a property, such as {account: 'a-1'}. @param {object} filters */
export const ordersOf = filters => `#/orders/${encodeURIComponent(query(filters))}`;

function subject(order) {
  const [, kind, id] = /^(account|cluster) (?!erased )(.+)$/s.exec(order.subject) ?? [];
  return kind ? html`${kind} ${kind === 'account' ? accountLink(id) : clusterLink(id)}` : brief(order.subject, 30);
}

const what = order =>
  html`<span>${order.action === 'standing' ? html`Set standing ${standing(order.details?.standing)} of` : (DID[order.action] ?? words(order.action))}
    ${order.action === 'erase' ? brief(order.subject.replace(/^erased /, 'account '), 30) : subject(order)}${order.accounts > 1 || order.subject.startsWith('cluster ') ? html`, ${plural(order.accounts, 'account')}` : nothing}${order.except ? `, ${count(order.except)} left out` : ''}</span>`;

const asked = order => (order.asked?.length ? order.asked.map((name, i) => html`${i ? ', ' : nothing}${text(name)}`) : 'nobody by name');

function status(order) {
  if (order.status !== 'waiting') return words(order.status);
  return html`<span><b>waiting</b> <span class="note">for ${plural(Math.max(0, order.needs - order.asked.length), 'more operator')}; asked for by ${asked(order)}</span></span>`;
}

const kept = order => (order.reach === 'here' ? html`<b>${KEPT.here}</b>` : (KEPT[order.reach] ?? words(order.reach)));

/** Returns whether the operator of this session asked for an order. */
const isMine = order => order.asked?.some(name => name.toLowerCase() === signedName()?.toLowerCase());

/** Returns what an operator may do with an order, by its status. @param {(label: unknown, make: () => any) => unknown} button */
function changes(order, button) {
  const named = (label, make) => button(html`${label}<span class="vh"> order ${order.id}</span>`, make);
  if (order.status === 'waiting')
    return isMine(order) ? html`<span class="note">You asked for it.</span>` : named('Approve', () => approve(order));
  return order.status === 'in-force' && !order.withdraws && order.action !== 'erase'
    ? named('Withdraw', () => withdraw(order))
    : nothing;
}

const COLUMNS = [
  {
    name: 'Time',
    cell: row => html`<a class="id" href="#/orders/${row.id}"><time datetime=${row.time}>${when(row.time)}</time></a>`,
    by: row => row.time,
  },
  {name: 'By', cell: row => (row.by ? text(row.by, 40) : '–'), by: row => row.by},
  {name: 'What', cell: what, by: row => row.action, find: row => `${row.action} ${row.subject} ${row.details?.standing ?? ''}`},
  {name: 'Why', cell: row => (row.why ? text(row.why, 80) : '–'), find: row => row.why},
  {name: 'Until', cell: row => (row.action === 'erase' ? 'for good' : time(row.until)), by: row => row.until},
  {name: 'Status', cell: status, by: row => row.status},
  {name: 'Kept', cell: kept, by: row => row.reach},
  {name: 'Change', cell: row => changes(row, orderButton)},
];

function seek(event) {
  event.preventDefault();
  const wanted = Object.fromEntries([...new FormData(event.target)].map(([name, value]) => [name, value.trim()]));
  location.hash = query(wanted) ? ordersOf(wanted) : '#/orders';
}

const field = (name, label, value) =>
  html`<label>${label} <input name=${name} .value=${value ?? ''} autocomplete="off" spellcheck="false" /></label>`;

const search = filters =>
  html`<form class="search" aria-label="Filter the orders" @submit=${seek}>
    ${field('account', 'Account', filters.account)} ${field('cluster', 'Cluster', filters.cluster)} ${field('by', 'By', filters.by)}
    <label
      >Status
      <select name="status">
        <option value="" ?selected=${!filters.status}>any</option>
        ${STATUSES.map(each => html`<option value=${each} ?selected=${each === filters.status}>${words(each)}</option>`)}
      </select></label
    >
    <button class="primary">Show</button>
    ${query(filters) ? html`<a class="button" href="#/orders">All orders</a>` : nothing}
  </form>`;

/** Says what is wrong with the clock or the records. */
function notices({clock, unsent, newer}) {
  return html`${
    clock.held
      ? html`<div class="call" role="status">
          <p>
            <b>The clock is held: no order ends.</b> It has jumped, or the store was not heard since the start. The time
            is taken for ${time(clock.time, 'full')}. Correct the wall clock if it is wrong; then confirm the time.
          </p>
          <p class="buttons">${orderOrCommand('Confirm the time', confirmClock)}</p>
        </div>`
      : nothing
  }${
    unsent
      ? html`<p class="call">${plural(unsent, 'order')} of this gateway ${unsent === 1 ? 'is' : 'are'} not yet known to the fleet: the store did not acknowledge. Sent again until it does.</p>`
      : nothing
  }${
    newer?.length
      ? html`<p class="call">${plural(newer.length, 'record')} of a newer version of Stillgate ${newer.length === 1 ? 'is' : 'are'} kept and without effect here.</p>`
      : nothing
  }`;
}

function list(filters) {
  const path = `/orders?${query({limit: SHOWN, ...filters})}`;
  const entry = use(path, 10);
  const page = entry.data;
  const flags = ['account', 'cluster', 'by', 'status']
    .filter(name => filters[name])
    .map(name => ` --${name} '${filters[name].replace(/'/g, `'\\''`)}'`)
    .join('');
  return html`<h1>Orders</h1>
    <p class="lead">
      What operators decided, the newest first. A later order about an account replaces an earlier one, for good. Findings
      of filters never replace an order.
    </p>
    ${page ? notices(page) : nothing} ${search(filters)}
    ${panel(
      filters.before ? 'Earlier orders' : 'Orders',
      page?.orders.length
        ? html`${table('Orders, newest first', COLUMNS, page.orders, {wraps: true})}
            ${page.more ? html`<p><a class="button" href=${ordersOf({...filters, before: page.orders.at(-1).id})}>Earlier orders</a></p>` : nothing}
            <p class="note">${readOnly()}</p>`
        : empty(query(filters) ? 'No order for this filter.' : 'No operator has given an order.'),
      {path, command: `stillgate orders${flags}`, entry, note: page ? `${plural(page.known, 'order')} known` : nothing},
    )}`;
}

const link = id => html`<a class="id" href="#/orders/${id}">${brief(id)}</a>`;

const accounts = (ids, all, path) =>
  html`<p>${ids.map((id, i) => html`${i ? ', ' : nothing}${id.startsWith('erased ') ? brief(id) : accountLink(id)}`)}</p>
    ${ids.length < all ? html`<p class="note">The first ${count(ids.length)} of ${count(all)}; <a href="${path}?accounts=all">all as JSON</a>.</p>` : nothing}`;

function one(id) {
  const path = `/orders/${id}`;
  const entry = use(path, 10);
  const order = entry.data;
  const title = html`<h1>Order ${brief(id)}</h1>`;
  if (!order) return html`${title}${entry.status === 404 ? empty('This gateway knows no such order. Orders are listed for 400 days after their end.') : waiting(entry)}`;
  return html`${title}
    <p class="lead">${what(order)}</p>
    <p class="buttons">${changes(order, orderOrCommand)} ${mayWrite() ? nothing : html`<span class="note">${readOnly()}</span>`}</p>
    ${panel(
      'What was ordered',
      facts([
        ['By', order.by ? text(order.by) : 'an unnamed operator'],
        ['Why', order.why ? text(order.why, 500) : null],
        ['Time', time(order.time, 'full')],
        ['Until', order.action === 'erase' ? 'for good' : time(order.until, 'full')],
        ['Status', status(order)],
        ['Kept', kept(order)],
        ['Asked for by', order.needs ? html`${asked(order)} <span class="note">${count(order.needs)} operators must</span>` : null],
        ['Withdraws', order.details?.withdraws ? link(order.details.withdraws) : null],
        ['Filter', order.filter === '*' ? 'all' : text(order.filter)],
      ]),
      {path},
    )}
    ${order.account_ids?.length ? panel('Accounts', accounts(order.account_ids, order.accounts, path), {path}) : nothing}
    ${order.except_ids?.length ? panel('Left out', accounts(order.except_ids, order.except, path), {path}) : nothing}`;
}

/** Draws the page. @param {{id: string|null}} route */
export function view({id}) {
  if (id && /^[0-9a-f]{32}$/.test(id)) return one(id);
  const given = new URLSearchParams(id ?? '');
  return list(Object.fromEntries(FILTERS.map(name => [name, given.get(name)]).filter(([, value]) => value)));
}
