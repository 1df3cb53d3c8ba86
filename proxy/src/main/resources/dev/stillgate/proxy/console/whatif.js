/** What if: a policy is held against the recorded log, in a process of its own, and compared with the policy in force. */
import {html, nothing, panel, bar, commands, multiline, text, time, empty, shell} from './widgets.js';
import {count, percent, plural, words} from './format.js';
import {table} from './table.js';
import {ask, orderButton} from './actions.js';
import {offers} from './dossier-data.js';
import {mayWrite, use, whyNot} from './net.js';

let draft = null;
let chosen = null;
let refresh = () => {};

const signed = value => `${value > 0 ? '+' : ''}${count(value)}`;

const outcome = rows =>
  table(
    'Outcomes under both policies',
    [
      {name: 'Outcome', cell: row => text(row.outcome, 70), by: row => row.outcome},
      {name: 'In force', num: true, cell: row => count(row.inForce), by: row => row.inForce},
      {name: 'Candidate', num: true, cell: row => count(row.candidate), by: row => row.candidate},
      {
        name: 'Difference',
        num: true,
        cell: row => (row.difference ? html`<b>${signed(row.difference)}</b>` : '0'),
        by: row => Math.abs(row.difference),
      },
    ],
    rows,
  );

/** Returns the main result of a backtest in a sentence. @param {any[]} rows */
function gist(rows) {
  const total = rows.find(row => row.outcome === 'exchanges');
  const refused = rows.find(row => row.outcome === 'refused');
  if (!total || !refused) return nothing;
  return html`<p class="what">
    Of ${count(total.candidate)} exchanges the candidate refuses ${count(refused.candidate)}
    (${percent(total.candidate ? refused.candidate / total.candidate : 0)}), the policy in force
    ${count(refused.inForce)}${
      refused.difference
        ? `: ${count(Math.abs(refused.difference))} ${refused.difference > 0 ? 'more' : 'fewer'}`
        : ': no difference'
    }.
  </p>`;
}

function run(id) {
  const path = `/backtests/${encodeURIComponent(id)}`;
  const entry = use(path, 1);
  const test = entry.data;
  if (!test) return nothing;
  const state = String(test.state).toLowerCase();
  const going = state === 'running';
  return panel(
    `Backtest ${id}`,
    html`<p role="status"><b>${words(state)}</b>${test.ended ? html`, ${time(test.ended)}` : nothing}</p>
      ${
        going
          ? html`<p>${bar(test.progress, percent(test.progress))}</p>
              <p class="buttons">
                ${orderButton('Cancel', () => ({
                  title: `Cancel backtest ${id}?`,
                  button: 'Cancel the backtest',
                  role: 'admin',
                  plain: true,
                  effect: 'Its process ends. Nothing of the gateway changes.',
                  path: `${path}/cancel`,
                  body: () => null,
                }))}
              </p>`
          : nothing
      }
      ${test.error ? html`<p class="answer bad">${multiline(test.error)}</p>` : nothing}${test.result?.length ? html`${gist(test.result)}${outcome(test.result)}` : nothing}`,
    {path, entry},
  );
}

function start(event, logs) {
  event.preventDefault();
  ask({
    title: 'Hold this policy against the recorded log?',
    button: 'Start',
    plain: true,
    effect:
      'A process of its own replays the log in virtual time, first under the policy in force, then under this one. The gateway and its policy do not change.',
    path: '/backtests',
    body: () => ({policy: draft}),
    command: () => command(logs),
  });
}

/** Returns the commands that do the same for recorded logs, which are ordered by the end of the exchanges. @param {string[]} logs */
const command = logs => [
  `LC_ALL=C sort ${logs.map(shell).join(' ')} > sorted.jsonl`,
  'stillgate backtest --policy new-policy.yaml --out report.json sorted.jsonl',
];

function form(logs, newest) {
  if (!logs.length)
    return html`${empty('Nothing is recorded yet.')}
      <p>
        Set <code>record: {path: exchanges.jsonl}</code> in stillgate.yaml. The recording has counts and hashes, as
        described in the documentation of backtests.
      </p>`;
  if (!mayWrite('admin'))
    return html`<p>${whyNot('admin')} On the command line:</p>
      ${commands(command(logs))}`;
  return html`<form @submit=${event => start(event, logs)}>
    <p class="note">Recorded: ${text(logs.join(', '), 200)}</p>
    <label
      >Policy
      <textarea
        rows="16"
        spellcheck="false"
        required
        .value=${draft ?? ''}
        @input=${event => {
          draft = event.target.value;
        }}
      ></textarea>
    </label>
    ${newest ? html`<p class="note">The text began as generation ${newest.generation}, the policy in force. Change it, then compare.</p>` : nothing}
    <p class="buttons"><button class="primary">Compare</button></p>
  </form>`;
}

/** Draws the page. @param {any} route @param {() => void} draw */
export function view(route, draw) {
  refresh = draw;
  const lead = html`<h1>What if</h1>
    <p class="lead">
      Hold a policy against recorded traffic before it is put in force. The table shows what would have been served,
      refused and marked.
    </p>`;
  if (!offers('GET /backtests')) {
    return html`${lead}${panel(
      'Backtest',
      html`<p>This gateway does not run backtests from the console. On the command line:</p>
        ${commands(command(['exchanges.jsonl']))}`,
      {path: '/'},
    )}`;
  }
  const list = use('/backtests', 5);
  const versions = offers('GET /policies') ? (use('/policies', 60).data ?? []) : [];
  const newest = versions.filter(each => each.text).sort((a, b) => b.generation - a.generation)[0];
  draft ??= newest ? (use(`/policies/${newest.generation}`, 3600).data?.yaml ?? null) : null;
  const tests = [...(list.data?.backtests ?? [])].sort((a, b) => b.id - a.id);
  const shown = chosen ?? tests[0]?.id;
  return html`${lead}${panel('New backtest', form(list.data?.logs ?? [], newest), {path: '/backtests', entry: list})}
  ${shown != null ? run(shown) : nothing}
  ${
    tests.length
      ? panel(
          'Backtests',
          table(
            'Backtests',
            [
              {
                name: 'Number',
                cell: row =>
                  html`<button
                    type="button"
                    class="plain"
                    aria-pressed=${row.id === shown}
                    @click=${() => {
                      chosen = row.id;
                      refresh();
                    }}
                  >
                    ${row.id}
                  </button>`,
                by: row => row.id,
              },
              {name: 'State', cell: row => words(row.state), by: row => row.state},
              {name: 'Progress', cell: row => bar(row.progress), by: row => row.progress},
              {name: 'Log', cell: row => text(row.log), by: row => row.log},
              {name: 'Started', cell: row => time(row.started), by: row => row.started},
            ],
            tests,
          ),
          {path: '/backtests', entry: list, note: plural(tests.length, 'backtest')},
        )
      : nothing
  }`;
}
