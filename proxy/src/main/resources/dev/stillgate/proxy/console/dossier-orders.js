/** What each order on a cluster would do, beside its button: accounts, customers, duration, undoing, later members. */
import {html, nothing, facts, text} from './widgets.js';
import {count, duration, plural, when, words} from './format.js';
import {orderOrCommand, readOnly} from './actions.js';
import {hideCluster, judgeCluster, pin, unlabel, unpin} from './orders.js';
import {filterOf, inShadow} from './dossier-data.js';
import {listed} from './dossier-words.js';

const UNITS = {'1s': 'a second', '1m': 'a minute', '1h': 'an hour', '1d': 'a day'};

/** Returns a budget such as "500/1d" in words. @param {string} name @param {string} value */
function budget(name, value) {
  const [amount, time] = String(value).split('/');
  const what = words(name);
  return `${Number.isFinite(Number(amount)) ? count(Number(amount)) : amount} ${what} ${UNITS[time] ?? `in ${time}`}`;
}

/** Returns the factor on the limits of a pooled account; without one, that of a lower standing. */
function factor() {
  const factors = filterOf('token-bucket')?.config?.standings ?? {};
  return factors.pooled ?? factors.marked ?? factors.clear ?? 1;
}

const marks = () =>
  filterOf('canary')
    ? 'Prose of responses carries a secret word pattern, which a model trained on it inherits.'
    : 'No filter marks responses.';

function pooled() {
  const filter = filterOf('token-bucket');
  if (!filter) return 'No filter has limits, so nothing is shared.';
  const budgets = Object.entries(filter.config?.pool ?? {})
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => budget(name, value));
  const own = factor() === 1 ? '' : ` Each has its own limits times ${count(factor())} too.`;
  return `All together have the limits of one account${budgets.length ? ` and a budget of ${listed(budgets)}` : ''}. Beyond it they get 429: “This account shares a limit with linked accounts until it is verified.”${own}`;
}

const ABUSES = 'log-probabilities, several responses at once, batches and paths that nothing reads';

/** Returns what requests meet at a standing, by the policy in force. @param {string} standing */
export const meets = standing =>
  ({
    clear: 'No restriction.',
    marked: `Nothing is refused. ${marks()}`,
    pooled: `${pooled()} 403 for ${ABUSES}. ${marks()}`,
    blocked: 'Every request gets 403.',
  })[standing] ?? '';

/** Returns the changes of an order in words. */
const changes = effect =>
  effect.changes.length
    ? `${listed(effect.changes.map(each => `${count(each.accounts)} ${each.from} → ${each.to}`))}.`
    : 'No standing now.';
const lasting = seconds => (seconds == null ? 'as the policy says' : `${duration(seconds)}, unless you name another time`);

function verifyAt() {
  const url = filterOf('token-bucket')?.config?.verify?.url;
  return url ? ` The refusal names ${url}.` : ' The refusal names no address where they can object.';
}

function confirm(d) {
  const {confirm: effect, confirmVerified} = d.effects;
  return [
    [
      'Changes',
      `${changes(effect)}${
        effect.spared
          ? ` ${plural(effect.spared, 'member')} that are verified, of an organisation or vouched for stay as they are${confirmVerified ? `; with “include verified accounts”, ${count(confirmVerified.changes.reduce((all, each) => all + each.accounts, 0))} change` : ''}.`
          : ''
      }`,
    ],
    [
      'Customers notice',
      `${inShadow() ? 'Nothing while the filter is in shadow. Enforced: ' : ''}${meets(effect.becomes)}${effect.becomes === 'pooled' ? verifyAt() : ''}`,
    ],
    ['Lasts', lasting(d.effects.judgementSeconds)],
    ['Undo', '“Take judgements back”, for all members; for one, on the page of the account.'],
    [
      'Later members',
      'are not confirmed; the cluster comes back to the review. “Accounts that join the campaign later” may pool or mark them.',
    ],
  ];
}

const refute = d => [
  [
    'Changes',
    `${changes(d.effects.refute)} The evidence of this cluster no longer counts against them; that of another can still mark them.`,
  ],
  ['Customers notice', 'No restriction any more.'],
  ['Lasts', lasting(d.effects.judgementSeconds)],
  ['Undo', '“Take judgements back”, for all members; for one, on the page of the account.'],
  ['Later members', 'are not refuted, and rise by evidence.'],
];

const setting = d => [
  ['Changes', `all ${count(d.size)} members, verified ones too → the standing that you choose, whatever the evidence says.`],
  ['Customers notice', 'what the standing means, see “Standings of the members” below.'],
  ['Lasts', lasting(d.effects.standingSeconds)],
  [
    'Undo',
    `“Take set standing back”, to the standing by evidence and judgement. ${d.effects.set ? `It would change ${plural(d.effects.set, 'member')} now.` : 'Now there is nothing to take back: no member has a set standing.'}`,
  ],
  ['Later members', 'do not get it.'],
];

const judged = d => (d.labels?.confirmed ?? 0) + (d.labels?.refuted ?? 0);

const hiding = d => [
  ['Changes', 'No standing. The cluster leaves the review, and comes back when its evidence grows.'],
  ['Customers notice', 'Nothing.'],
  ['Lasts', lasting(d.effects.judgementSeconds)],
  ['Undo', '“Show in the review again”, or any judgement.'],
  ...(d.hidden
    ? [['Now', `hidden by ${d.hidden.by} until ${when(d.hidden.until, 'day')}: ${d.hidden.why}`]]
    : []),
];

const card = (buttons, effects) =>
  html`<li class="decision">
    <p class="buttons">${buttons}</p>
    ${effects ? facts(effects.map(([term, value]) => [term, text(value, 600)])) : html`<p class="note">This gateway does not report the effect on its members.</p>`}
  </li>`;

/** Returns the decisions on a cluster, each with its effect. @param {any} d */
export function decisions(d) {
  const known = Boolean(d.effects);
  const none = known && !d.effects.set;
  const back = orderOrCommand('Take judgements back', () => unlabel('clusters', d.id), '', !judged(d));
  const set = orderOrCommand('Set standing', () => pin('clusters', d.id));
  const unset = orderOrCommand('Take set standing back', () => unpin('clusters', d.id), '', none);
  const hide = orderOrCommand(d.hidden ? 'Show in the review again' : 'Decide later: hide', () => hideCluster(d));
  return html`<ul class="decisions">
      ${card(
        orderOrCommand('Confirm: one actor', () => judgeCluster('confirm', d)),
        known && confirm(d),
      )}
      ${card(
        orderOrCommand('Refute: innocent', () => judgeCluster('refute', d)),
        known && refute(d),
      )}
      ${card(hide, known && hiding(d))} ${card([set, unset], known && setting(d))}
    </ul>
    <p class="buttons">
      ${back}
      <span class="note"
        >${judged(d) ? `${plural(judged(d), 'confirmed or refuted member')} → the standing by evidence. Vouched members stay vouched for.` : 'Nothing to take back: no operator has confirmed or refuted a member.'}</span
      >
    </p>
    <p class="note">
      Every order asks first for your name and a reason, shows its command, and is written to the audit log.
      ${d.thresholds?.approvals > 1 ? html`A judgement takes effect when ${count(d.thresholds.approvals)} operators have given it.` : nothing}
      ${inShadow() ? html`The filter runs in shadow mode: evidence and judgements have no effect, a set standing does.` : nothing}
      ${readOnly()}
      Customers are not told of a standing; they notice what it refuses. To object they turn to you: vouch for an account
      or verify it in accounts.yaml.
    </p>`;
}
