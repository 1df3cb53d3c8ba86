/** Panels of the dossier: origin, sign-ups, hours, software, text and marks. */
import {html, nothing, bar, brief, empty, facts, text, time} from './widgets.js';
import {count, percent, plural, short, when, words} from './format.js';
import {columns, hours as hourChart, shares} from './charts.js';
import {table} from './table.js';

const ABSENT = 'This gateway does not report it.';

/** Returns the bars of a histogram. @param {string} name @param {Record<string, number>} values @param {Record<string, string>} [names] */
export function histogram(name, values, names = {}) {
  const entries = Object.entries(values ?? {}).sort((a, b) => b[1] - a[1]);
  const sum = entries.reduce((all, [, value]) => all + value, 0) || 1;
  const row = ([key, value]) =>
    html`<tr>
      <th scope="row">${brief(key)}${names[key] ? html` <span class="note">${brief(names[key], 28)}</span>` : nothing}</th>
      <td>${bar(value / sum)}</td>
      <td class="n">${short(value)}</td>
    </tr>`;
  if (!entries.length) return nothing;
  return html`<div class="histogram">
    <h3>${name} <span class="note">${count(entries.length)}</span></h3>
    <table>
      <caption class="vh">
        ${name} by requests
      </caption>
      <thead class="vh">
        <tr>
          <th scope="col">Value</th>
          <th scope="col">Share</th>
          <th scope="col">Requests</th>
        </tr>
      </thead>
      <tbody>
        ${entries.slice(0, 6).map(row)}
      </tbody>
    </table>
    ${
      entries.length > 6
        ? html`<details>
            <summary>${count(entries.length - 6)} more<span class="vh"> ${name}</span></summary>
            <table>
              <caption class="vh">
                More ${name}
              </caption>
              <tbody>
                ${entries.slice(6).map(row)}
              </tbody>
            </table>
          </details>`
        : nothing
    }
  </div>`;
}

/** Returns where the requests came from, and with what software. @param {any} d */
export function origin(d) {
  const seen = d.sinceFound ?? {};
  return html`<p class="note">
      Counted since the cluster was found (${when(d.since)}): ${plural(seen.exchanges ?? 0, 'request')}, with
      ${short(seen.inputTokens)} input and ${short(seen.outputTokens)} output tokens. Of earlier requests, country,
      network, client and model were not kept.
    </p>
    <div class="histograms">
      ${histogram('Countries', seen.countries)}${histogram('Networks (autonomous systems)', seen.asns, seen.asnNames)}${histogram('Clients (as they name themselves)', seen.clients)}${histogram('Models', seen.models)}
    </div>`;
}

/** Returns the keys of the marks, and tests of suspect models. @param {any} d */
export function ledger(d) {
  if (!d.ledger) return empty('No filter marks responses, so a trained model could not be recognised.');
  const keys = d.ledger.keys ?? [];
  return keys.length
    ? html`<p class="note">
          Prose of marked accounts carries a secret word pattern. A model trained on it can be recognised later; the
          ledger proves when the key was fixed. A place is a spot in the text at which the key chose between two
          wordings. Whether there are enough for a proof shows only in a test of a suspect model.
        </p>
        ${table(
          'Keys of the marks',
          [
            {name: 'Key', cell: row => text(row.key), by: row => row.key},
            {name: 'Marked responses', num: true, cell: row => count(row.answers), by: row => row.answers},
            {name: 'Places', num: true, cell: row => count(row.sites), by: row => row.sites},
            {name: 'In the ledger', cell: row => (row.committed ? 'yes' : 'not yet')},
            ...(keys.some(row => row.p != null)
              ? [{name: 'Test', cell: row => (row.p != null ? `p = ${row.p}` : '–')}]
              : []),
          ],
          keys,
          {wraps: true},
        )}
        ${
          d.ledger.tests?.length
            ? table(
                'Tests of suspect models',
                [
                  {name: 'Tested', cell: row => time(row.at)},
                  {name: 'Model', cell: row => text(row.suspect ?? row.model)},
                  {name: 'p', num: true, cell: row => row.p},
                  {name: 'Result', cell: row => text(row.result ?? row.verdict)},
                ],
                d.ledger.tests,
              )
            : html`<p class="note">
                No test of a suspect model is kept. To run and keep one:
                <code>stillgate canary verify --key ${brief(keys[0].key, 80)} --suspect FILE --ledger DIR --save NAME</code>
              </p>`
        }`
    : empty('No response of this cluster carries a mark yet.');
}

/** Returns what happened to the text that the members asked for. @param {any} d */
export const fate = d =>
  html`${shares([
      {name: 'Refused, never left (estimate)', value: d.text?.tokensRefused ?? 0, kind: 'refused'},
      {name: 'Left with a mark', value: d.text?.tokensMarked ?? 0, kind: 'marked'},
      {name: 'Left without a mark', value: d.text?.tokensFree ?? 0, kind: 'free'},
    ])}
    <p class="note">
      Output tokens since the cluster was found (${when(d.since)}). A mark is a secret word pattern in prose, see Marks and
      ledger. Without a mark leave code and tool calls, prose without a place for a mark, and all that an account got
      before it was marked. How much of each is not recorded.
    </p>
    ${
      d.refusals
        ? facts([
            ['Requests refused for a standing', count(d.refusals.standing)],
            ['Requests without a response', count(d.refusals.unanswered)],
            ['Recent prompts refused by the provider', d.refusedByProvider == null ? null : percent(d.refusedByProvider)],
          ])
        : empty(ABSENT)
    }`;

/** Returns the sign-ups over time, beside those of other accounts. @param {any} d */
export function signUps(d) {
  if (!d.signUps) return empty(ABSENT);
  if (!d.signUps.length) return empty('Unknown.');
  const form = /hour/i.test(d.signUpStep ?? '') ? 'minute' : 'day';
  const step = words(d.signUpStep ?? 'day');
  const sources = d.signUpSources;
  const others = d.signUps.reduce((all, each) => all + (each.others ?? 0), 0);
  const aged = d.others?.ofKnownAge ? `${count(d.others.old)} of ${count(d.others.ofKnownAge)}` : '';
  return html`${columns(
    `Accounts created in each ${step}`,
    d.signUps.map(each => ({
      label: when(each.at ?? each.day, form),
      value: each.accounts,
      ...(each.others == null ? {} : {beside: each.others}),
    })),
    ['Members', 'Other accounts'],
  )}
  ${sources ? html`<p class="note">One pair of columns for each ${step}. Members: ${count(sources.created)} by the date of creation in accounts.yaml${sources.firstSeen ? `, ${count(sources.firstSeen)} by the day on which they were first seen` : ''}.
  ${d.others ? html` In the same time ${plural(others, 'other account')} of ${count(d.others.accounts)} signed up, so the dates ${others > d.size ? 'alone do not set the members apart' : 'have to be read beside the columns of the others'}.` : nothing}
  ${aged ? html` Older than 180 days when first seen: ${aged} other accounts.` : nothing}</p>` : nothing}`;
}

/** Returns the conversations by account and hour. @param {any} d */
export function hours(d) {
  if (!d.hours?.length) return empty(ABSENT);
  const width = d.hoursResolution ?? 1;
  const bins = values =>
    Array.from({length: 24 / width}, (_, i) => values.slice(i * width, (i + 1) * width).reduce((a, b) => a + b, 0));
  const label = i => `${i * width}:00 to ${(i + 1) * width}:00 UTC`;
  const all = d.hoursOfMembers ? bins(d.hoursOfMembers) : null;
  const high = all ? Math.max(...all) : 0;
  const low = all ? Math.min(...all) : 0;
  const shown = sample(d.hours, 60);
  const sizes = [...new Set(shown.map(each => each.part))].map(part => shown.filter(each => each.part === part).length);
  return html`${
    all
      ? html`${columns(
            `Conversations of all members in each ${width > 1 ? `${width} hours` : 'hour'} of the day, in UTC`,
            all.map((value, i) => ({label: label(i), value})),
            ['conversations, all days together'],
          )}
          ${
            high
              ? html`<p>
                  In the quietest ${width > 1 ? 'two hours' : 'hour'} (${label(all.indexOf(low))}) the group begins
                  ${percent(low / high)} of what it begins in the busiest (${label(all.indexOf(high))}). People who sleep
                  at one time come close to 0 %.
                </p>`
              : nothing
          }`
      : nothing
  }
  ${hourChart(
    'Conversations by account and hour of the day',
    shown.map(each => ({label: each.account, values: bins(each.counts), group: each.part})),
    width,
  )}
  ${
    shown.length < d.size
      ? html`<p class="note">
          ${count(shown.length)} of ${count(d.size)} accounts${sizes.length > 1 ? html`, the busiest of each part: ${sizes.map((n, i) => `${count(n)} of part ${i + 1}`).join(', ')}, from top to bottom` : ', the busiest'}.
        </p>`
      : nothing
  }`;
}

/** Returns up to so many rows, of each part its share. */
function sample(rows, most) {
  const every = rows.length / most;
  if (every <= 1) return rows;
  const parts = new Set();
  const kept = rows.filter((row, i) => {
    const first = !parts.has(row.part);
    parts.add(row.part);
    return first || Math.floor(i / every) !== Math.floor((i - 1) / every);
  });
  return kept;
}

/** Returns the numbers of networks, clients and fingerprints among the members. @param {any} d */
export function among(d) {
  const page = d.amongMembers;
  if (!page) return nothing;
  const spread = each => (each?.median != null ? `median ${count(each.median)}, at most ${count(each.most)}` : null);
  const share = value => (value == null ? null : `${count(value)} of ${count(page.withTraffic ?? d.size)} accounts`);
  const values = list =>
    list?.length
      ? html`${list.slice(0, 4).map(each => html`<code>${brief(each.value, 12)}</code> <span class="note">${plural(each.accounts, 'account')}</span> `)}`
      : null;
  const hosting = (d.notSeen ?? []).find(each => each.key === 'hosting' && each.state === 'not-recorded');
  return facts([
    ['Address blocks of an account', spread(page.networksEach)],
    ['Client fingerprints of an account', spread(page.clientsEach)],
    ['Mostly from hosting networks', hosting ? 'not known: no list of hosting networks names any account' : share(page.hosted)],
    ['Another address block each time', share(page.roaming)],
    [
      'API of most requests',
      Object.entries(page.apis ?? {})
        .map(([name, value]) => `${words(name)} ${plural(value, 'account')}`)
        .join(', '),
    ],
    ...(d.shared
      ? []
      : [
          ['Client fingerprints', values(page.clientFingerprints)],
          ['Request shapes', values(page.requestShapes)],
          ['System prompts', values(page.systemPrompts)],
          ['Sets of tools', values(page.toolSets)],
        ]),
  ]);
}
