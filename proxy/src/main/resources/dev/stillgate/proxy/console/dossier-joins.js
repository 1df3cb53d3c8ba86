/** Accounts that join a confirmed campaign: what an order would join, what the present one joins, and how to stop it. */
import {html, nothing, accountLink, ago, facts, standing, text} from './widgets.js';
import {chance, count, percent, plural, when, words} from './format.js';
import {orderOrCommand} from './actions.js';
import {withdraw} from './orders.js';
import {table} from './table.js';

const earlier = outlook =>
  outlook.oldestConfirmed.length && outlook.earlierCustomers < outlook.neededCustomers
    ? html`<p class="note">
        No account joins yet: the profile is compared with ${plural(outlook.earlierCustomers, 'known customer')} from before
        the campaign, and needs ${outlook.neededCustomers}. The campaign began when ${accountLink(outlook.oldestConfirmed.at(-1))}
        was first seen, the latest of the oldest quarter. Leave out accounts that do not belong to it.
      </p>`
    : nothing;

const bounds = outlook =>
  outlook.bounds.length
    ? facts(
        outlook.bounds.map(each => [
          each.stratum,
          html`at most ${percent(each.bound)} of honest newcomers, ${each.wrongJoinsADay.toFixed(2)} a day: ${plural(each.standingOrders, 'standing order')}, ${plural(each.knownCustomers, 'known customer')}
            ${Object.entries(each.setBy).map(([part, account]) => html`<br />greatest evidence, ${part}: ${accountLink(account)}`)}`,
        ]),
      )
    : html`<p class="note">No known customers to compare newcomers with: accounts can join the review queue only.</p>`;

const standingOrder = d => {
  const now = d.standingOrder;
  return html`<p>
      ${now.suspended ? html`<b>Suspended:</b> operators refuted three of the last thirty judged.` : html`<b>${now.open ? 'Open' : 'Closed'}:</b> ${plural(now.joined, 'account')} joined`}
      · effect ${words(now.joins)} · until ${when(now.until, 'day')} · learnt from ${plural(now.learntFrom, 'confirmed account')} ·
      at most ${count(now.ratePerHour)} an hour · ${count(now.beyondTheRate)} beyond the rate, marked ·
      ${count(now.released)} released after verification
    </p>
    <p class="note">By ${text(now.by ?? 'hand', 60)}: ${text(now.why ?? '', 300)}</p>
    <p class="buttons">
      ${orderOrCommand('Stop, and end its joins', () => withdraw({id: now.id, subject: `cluster ${d.id}`}))}
    </p>`;
};

const COLUMNS = [
  {name: 'Account', cell: row => accountLink(row.account), by: row => row.account},
  {name: 'Standing', cell: row => standing(row.standing), by: row => row.standing},
  {name: 'Joined', cell: row => ago(row.at), by: row => row.at},
  {name: 'Conversation', num: true, cell: row => count(row.start), by: row => row.start},
  {name: 'Score', num: true, cell: row => row.score.toFixed(1), by: row => row.score, gloss: 'power of ten of the likelihood ratio'},
  {name: 'Bound', num: true, cell: row => chance(row.bound), by: row => row.bound, minor: true},
  {name: 'Because of', cell: row => text(row.traits.join('; '), 200), minor: true},
];

/** Returns the panel. @param {any} d */
export const joins = d =>
  html`${d.standingOrder ? standingOrder(d) : html`<p>No standing order: accounts that join later are not confirmed. A confirmation may name one.</p>`}
    ${bounds(d.joinOutlook)}
    <p class="note">
      ${d.standingOrder ? 'An order' : 'One'} would have joined ${plural(d.joinOutlook.lastFortnight, 'account')} in the last
      fortnight. Of ${plural(d.joinOutlook.knownCompared, 'known customer')} that set no bound,
      ${d.joinOutlook.knownJoined.length} would have joined.
    </p>
    ${earlier(d.joinOutlook)}
    ${d.joiners.length ? table(`Accounts that joined the campaign of cluster ${d.id}`, COLUMNS, d.joiners) : nothing}`;
