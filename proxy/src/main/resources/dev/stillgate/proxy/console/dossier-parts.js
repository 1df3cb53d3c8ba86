/** Parts of a group: members by equal values, what differs, and what reaches across. */
import {html, nothing, accountLink, bar, brief, empty} from './widgets.js';
import {count, percent, plural, short, words} from './format.js';
import {capability, linkMeans, sharedKey} from './explain.js';
import {table} from './table.js';
import {differing, listed} from './dossier-words.js';

const NAMES = {client: 'Client', system: 'System prompt', tools: 'Tools'};
const SPECIAL = {none: 'none', various: 'various'};

const value = (part, key) => {
  const held = part.values?.[key] ?? 'various';
  return held in SPECIAL
    ? SPECIAL[held]
    : html`${String(held)
        .split('+')
        .map((each, i) => html`${i ? ' + ' : nothing}<code>${brief(each, 12)}</code>`)}`;
};

const asks = part =>
  Object.entries(part.asksFor ?? {})
    .sort((a, b) => b[1] - a[1])
    .map(([kind, share]) => `${percent(share)} ${capability(kind)[0]}`)
    .join(', ') || '–';

const apis = part =>
  Object.entries(part.apis ?? {})
    .sort((a, b) => b[1] - a[1])
    .map(([name, n]) => (n === part.accounts ? words(name) : `${words(name)} ${count(n)}`))
    .join(', ');

/** Returns the values that at least half of the members of several parts have, with these parts. @param {any} d */
const across = d =>
  (d.shared ?? [])
    .map(each => ({...each, held: d.parts.map((part, i) => i).filter(i => each.parts[i] >= d.parts[i].accounts / 2)}))
    .filter(each => each.held.length > 1);

const numbered = list => `${list.length > 1 ? 'parts' : 'part'} ${listed(list.map(i => String(i + 1)))}`;

function ties(d) {
  const tie = across(d).slice(0, 4);
  const alone = d.parts.map((part, i) => i).filter(i => !tie.some(each => each.held.includes(i)));
  return html`<p><b>What ties the parts together:</b></p>
    <ul class="plainlist">
      ${tie.map(
        each =>
          html`<li>
            ${sharedKey(each.key)} <code>${brief(each.value, 16)}</code>: ${numbered(each.held)}
            <span class="note">(${each.held.map(i => `${count(each.parts[i])} of ${count(d.parts[i].accounts)}`).join(', ')} accounts)</span>
          </li>`,
      )}
      ${alone.length ? html`<li>${numbered(alone).replace(/^./, first => first.toUpperCase())} ${alone.length > 1 ? 'share' : 'shares'} no such value with another part.</li>` : nothing}
      <li>
        The tests of timing, content and network were made of the group as a whole. How strong the evidence is in each part
        alone was not tested.
      </li>
    </ul>`;
}

/** Returns the table of the parts. @param {any} d */
export function parts(d) {
  if (!d.parts) return empty('This gateway does not report it.');
  if (!d.parts.length) return empty('No member has traffic on record.');
  const keys = differing(d);
  const same = Object.keys(NAMES).filter(key => !keys.includes(key));
  const rows = d.parts.map((part, i) => ({...part, number: i + 1}));
  return html`<p class="note">
      Members with the same client fingerprint, system prompts and tools. Digits are keyed hashes; “various” are values
      that fewer than a tenth of the members have. Conversations, length of the new text of a prompt in characters, and
      tokens of a response are medians of the accounts of a part; the share is of all conversations.
    </p>
    ${table(
      'Parts of the group',
      [
        {name: 'Part', cell: row => `part ${row.number}`, by: row => row.number},
        {name: 'Accounts', num: true, cell: row => count(row.accounts), by: row => row.accounts},
        {name: 'Verified', num: true, cell: row => count(row.verified), by: row => row.verified},
        {name: 'Share of all', num: true, cell: row => percent(row.share), by: row => row.share},
        {name: 'Conversations', num: true, cell: row => count(row.exchanges), by: row => row.exchanges},
        {name: 'Prompt length', num: true, cell: row => short(row.promptCharacters), by: row => row.promptCharacters},
        {name: 'Response tokens', num: true, cell: row => short(row.answerTokens), by: row => row.answerTokens},
        {name: 'Asks for', cell: asks},
        ...keys.map(key => ({name: NAMES[key], cell: row => value(row, key)})),
        {name: 'API', cell: apis},
        {name: 'Busiest', cell: row => accountLink(row.busiest), by: row => row.busiest},
      ],
      rows,
      {wraps: true},
    )}
    ${same.length ? html`<p class="note">The same in all parts: ${same.map((key, i) => html`${i ? '; ' : nothing}${NAMES[key].toLowerCase()} ${value(d.parts[0], key)}`)}.</p>` : nothing}
    ${d.parts.length > 1 ? ties(d) : html`<p>All members with traffic are one part by these values.</p>`}`;
}

const GLOSS = {
  shape: 'sampling parameters and switches of the requests',
  client: 'names and order of header fields, TLS, HTTP/2',
};

/** Returns the values that members share, and their registration links. @param {any} d */
export function common(d) {
  const all =
    d.shared ?? Object.entries(d.inCommon ?? {}).map(([key, {value: held, accounts}]) => ({key, value: held, accounts}));
  const keys = [...new Set(all.map(each => each.key))];
  const list = keys.flatMap(key => all.filter(each => each.key === key).map((each, i) => ({...each, first: i === 0})));
  if (!list.length && !d.links?.length) return empty('No value is shared by a tenth of the members.');
  return html`<table class="bars shared">
      <caption class="vh">
        Values that members share
      </caption>
      <tbody>
        ${list.map(
          ({key, value: held, accounts, first}) =>
            html`<tr>
              <th scope="row">
                ${sharedKey(key)} <code>${brief(held)}</code>${GLOSS[key] && first ? html` <span class="note">${GLOSS[key]}</span>` : nothing}
              </th>
              <td>${bar(accounts / d.size, `${count(accounts)} of ${count(d.size)}`)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${(d.links ?? []).map(link => html`<p class="note">Link ${brief(link.name)}: ${linkMeans(link.kind)}, ${plural(link.accounts, 'account')}, weight ${link.weight}.</p>`)}
    <p class="note">
      Values of at least a tenth of the members; digits are keyed hashes. An account can have two values of a kind, so
      their numbers can add up to more than ${count(d.size)}. Equal values select the accounts that are compared. They
      are no evidence by themselves: many customers use the same client.
    </p>`;
}
