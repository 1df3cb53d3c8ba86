/** Panels of the dossier: origin, sign-ups, hours, similar accounts, marks, refusals, members. */
import {html, nothing, accountLink, ago, bar, brief, facts, standing, text, time, empty} from './widgets.js';
import {chance, count, millis, short, when, words} from './format.js';
import {chart, columns, hours as hourChart} from './charts.js';
import {waterfall} from './evidence.js';
import {table} from './table.js';
import {trait} from './explain.js';

const ABSENT = 'This gateway does not report it.';

/** Returns the bars of a histogram. @param {string} name @param {Record<string, number>} values @param {(key: string) => unknown} [label] */
export function histogram(name, values, label = key => brief(key)) {
  const entries = Object.entries(values ?? {}).sort((a, b) => b[1] - a[1]);
  const sum = entries.reduce((all, [, value]) => all + value, 0) || 1;
  const row = ([key, value]) =>
    html`<tr>
      <th scope="row">${label(key)}</th>
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

/** Returns the keys of the marks, and tests of suspect models. @param {any} d */
export function ledger(d) {
  if (!d.ledger) return empty('No filter marks responses, so a trained model could not be recognised.');
  const keys = d.ledger.keys ?? [];
  return keys.length
    ? html`<p class="note">
          Prose of marked accounts carries a secret word pattern. A model trained on it can be recognised later; the
          ledger proves when the key was fixed.
        </p>
        ${table(
          'Keys of the marks',
          [
            {name: 'Key', cell: row => text(row.key), by: row => row.key},
            {name: 'Marked responses', num: true, cell: row => count(row.answers), by: row => row.answers},
            {
              name: 'Places',
              num: true,
              gloss: 'places in the text where the key selects a wording',
              cell: row => count(row.sites),
              by: row => row.sites,
            },
            {name: 'In the ledger', cell: row => (row.committed ? 'yes' : 'not yet')},
            ...(keys.some(row => row.p != null)
              ? [{name: 'Test', cell: row => (row.p != null ? `p = ${row.p}` : '–')}]
              : []),
          ],
          keys,
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

const REFUSED = {standing: 'refused because of a standing', unanswered: 'ended without a response'};

/** Returns the requests that got no response, by reason. @param {any} d */
export const refusals = d =>
  d.refusals
    ? table(
        'Requests without a response since the cluster was found',
        [
          {name: 'Reason', cell: row => text(REFUSED[row[0]] ?? row[0]), by: row => row[0]},
          {name: 'Requests', num: true, cell: row => count(row[1]), by: row => row[1]},
        ],
        Object.entries(d.refusals),
        {sorted: [1, true]},
      )
    : empty(ABSENT);

/** Returns the sign-ups over time. @param {any} d */
export function signUps(d) {
  if (!d.signUps) return empty(ABSENT);
  if (!d.signUps.length) return empty('Unknown.');
  const form = /hour/i.test(d.signUpStep ?? '') ? 'minute' : 'day';
  const sources = d.signUpSources;
  return html`${columns(
    `Accounts created in each ${words(d.signUpStep ?? 'day')}`,
    d.signUps.map(each => ({label: when(each.at ?? each.day, form), value: each.accounts})),
  )}
  ${sources ? html`<p class="note">One column for each ${words(d.signUpStep ?? 'day')}. ${count(sources.created)} by the date of creation in accounts.yaml${sources.firstSeen ? `, ${count(sources.firstSeen)} by the day on which they were first seen` : ''}.</p>` : nothing}`;
}

/** Returns the conversations by account and hour. @param {any} d */
export function hours(d) {
  if (!d.hours?.length) return empty(ABSENT);
  const all = d.hoursOfMembers;
  return html`${
    all
      ? columns(
          'Conversations of all members by hour of the day, in UTC',
          all.map((value, hour) => ({label: `${hour}:00 UTC`, value})),
        )
      : nothing
  }
  ${hourChart(
    'Conversations by account and hour of the day',
    d.hours.slice(0, 60).map(each => ({label: each.account, values: each.counts})),
  )}
  ${d.hours.length > 60 || d.size > d.hours.length ? html`<p class="note">The busiest ${count(Math.min(60, d.hours.length))} of ${count(d.size)} accounts${d.hoursResolution > 1 ? `, measured in steps of ${d.hoursResolution} hours` : ''}.</p>` : nothing}`;
}

/** Returns the numbers of networks, clients and fingerprints among the members. @param {any} d */
export function among(d) {
  const page = d.amongMembers;
  if (!page) return nothing;
  const spread = each =>
    each?.median != null ? `${count(each.median)} in the middle, ${count(each.most)} at most` : null;
  const share = value => (value == null ? null : `${count(value)} of ${count(page.withTraffic ?? d.size)}`);
  const values = list =>
    list?.length
      ? html`${list.slice(0, 4).map(each => html`<code>${brief(each.value, 12)}</code> <span class="note">${count(each.accounts)} accounts</span> `)}`
      : null;
  return facts([
    ['Networks of an account', spread(page.networksEach)],
    ['Clients of an account', spread(page.clientsEach)],
    ['Mostly from hosting networks', share(page.hosted)],
    ['Another network each time', share(page.roaming)],
    ['Client poses as another', share(page.disguised)],
    [
      'APIs',
      Object.entries(page.apis ?? {})
        .map(([name, value]) => `${words(name)} ${count(value)}`)
        .join(', '),
    ],
    ['Client fingerprints', values(page.clientFingerprints)],
    ['Request shapes', values(page.requestShapes)],
    ['System prompts', values(page.systemPrompts)],
    ['Sets of tools', values(page.toolSets)],
  ]);
}

/** Returns the evidence of traits that a similar account resembles the campaign. @param {any} like */
export function resemblance(like) {
  const because = like.because ?? [];
  return html`${chart(
      `Evidence by trait that the account resembles campaign ${like.campaign}`,
      waterfall(because.map(each => ({name: trait(each.trait), value: each.logOdds}))),
      ['Trait', 'From', 'Up to', 'Log odds'],
      () => because.map(each => [trait(each.trait), each.above ?? '–', each.upTo ?? '–', each.logOdds]),
    )}
    <p class="note">
      Base-10 logarithms of odds: to the right speaks for the campaign, to the left against it. Words, networks and
      registration are not used.
    </p>`;
}

/** Returns the accounts that resemble the confirmed ones. @param {any} d */
export const resembling = d =>
  html`<p class="note">
      They behave like the confirmed accounts and are not members. p is the share of known customers that look as much
      like them.
    </p>
    ${d.resembling.slice(0, 10).map(
      like =>
        html`<details class="like">
          <summary>
            ${brief(like.account)} · score ${like.score.toFixed(2)} · p ${chance(like.p)} · ${words(like.reach ?? '')}
          </summary>
          <p>Account ${accountLink(like.account)}</p>
          ${resemblance(like)}
        </details>`,
    )}`;

/** Returns the table of members. @param {any} d */
export const members = d =>
  table(
    `Members of cluster ${d.id}`,
    [
      {name: 'Account', cell: row => accountLink(row.account), by: row => row.account},
      {name: 'Standing', cell: row => standing(row.standing), by: row => row.standing},
      {name: 'Exchanges', num: true, cell: row => count(row.exchanges), by: row => row.exchanges},
      {name: 'Share', cell: row => bar(row.share), by: row => row.share},
      {name: 'Last seen', cell: row => ago(row.lastSeen), by: row => millis(row.lastSeen)},
    ],
    d.members,
    {sorted: [2, true], more: d.size > d.members.length ? `${count(d.size)} accounts in all` : ''},
  );
