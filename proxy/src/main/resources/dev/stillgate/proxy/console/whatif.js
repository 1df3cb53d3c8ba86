/** What if: a policy is held against a recorded log, in a process of its own, and compared with the policy in force. */
import {html, nothing, panel, bar, text, time, empty} from './widgets.js';
import {count, percent, words} from './format.js';
import {table} from './table.js';
import {ask, orderButton} from './actions.js';
import {offers} from './dossier-data.js';
import {use} from './net.js';

let draft = null;
let log = '';
let chosen = null;
let refresh = () => {};

const shown = value => typeof value === 'number' ? (Number.isInteger(value) ? count(value) : value.toFixed(3)) : value == null ? '–' : text(typeof value === 'object' ? JSON.stringify(value) : value, 80);

/** Returns the result as rows, whatever table the gateway sends: {columns, rows} or a list of objects. @param {any} result */
function outcome(result) {
  const rows = Array.isArray(result) ? result : result?.rows ?? Object.entries(result ?? {}).map(([name, value]) => typeof value === 'object' ? {outcome: name, ...value} : {outcome: name, exchanges: value});
  if (!rows.length) return empty('No exchange of the log reached the policy.');
  const names = result?.columns ?? [...new Set(rows.flatMap(row => Object.keys(row)))];
  const at = (row, i) => Array.isArray(row) ? row[i] : row[names[i]];
  return table('Outcomes under both policies', names.map((name, i) => ({name: words(name), num: rows.some(row => typeof at(row, i) === 'number'), cell: row => shown(at(row, i)), by: row => at(row, i)})), rows);
}

function run(id) {
  const path = `/backtests/${encodeURIComponent(id)}`;
  const entry = use(path, 2);
  const test = entry.data;
  if (!test) return nothing;
  const going = test.state === 'running';
  return panel(`Backtest ${id}`, html`<p role="status">${words(test.state)}${going ? nothing : test.ended ? html`, ${time(test.ended)}` : nothing}</p>
    ${going ? html`<p>${bar(test.progress, percent(test.progress))}</p><p class="buttons">${orderButton('Cancel', () => ({title: `Cancel backtest ${id}?`, button: 'Cancel the backtest', plain: true, effect: 'Its process ends; nothing of the gateway changes.', path: `${path}/cancel`, body: () => null}))}</p>` : nothing}
    ${test.error ? html`<p class="answer bad">${text(test.error, 600)}</p>` : nothing}${test.result ? outcome(test.result) : nothing}`, {path, entry, command: 'stillgate backtest --policy FILE LOG'});
}

function start(event) {
  event.preventDefault();
  ask({title: 'Hold this policy against the log?', button: 'Start', plain: true, effect: 'A process of its own replays the log in virtual time. The gateway and its policy do not change.',
    path: '/backtests', body: () => ({policy: draft, log}), command: () => `stillgate backtest --policy FILE ${log}`});
}

/** Draws the page. @param {any} route @param {() => void} draw */
export function view(route, draw) {
  refresh = draw;
  const lead = html`<h1>What if</h1><p class="lead">Hold a policy against recorded traffic before it is put in force. The table shows what would have been served, refused and marked.</p>`;
  if (!offers('GET /backtests')) {
    return html`${lead}${panel('Backtest', html`<p>This gateway does not run backtests from the console. On the command line:</p><pre class="command" tabindex="0">stillgate backtest --policy new-policy.yaml exchanges.jsonl.gz</pre>`, {path: '/'})}`;
  }
  const list = use('/backtests', 5);
  const versions = offers('GET /policies') ? use('/policies', 60).data ?? [] : [];
  const newest = versions.filter(each => each.text).sort((a, b) => b.generation - a.generation)[0];
  draft ??= newest ? use(`/policies/${newest.generation}`, 3600).data?.yaml ?? null : null;
  const tests = Array.isArray(list.data) ? list.data : list.data?.backtests ?? [];
  const logs = Array.isArray(list.data) ? [] : list.data?.logs ?? [];
  log ||= logs[0] ?? '';
  return html`${lead}${panel('New backtest', html`<form @submit=${start}><label>Recorded log ${logs.length ? html`<select @change=${event => { log = event.target.value; }}>${logs.map(each => html`<option ?selected=${each === log}>${each}</option>`)}</select>`
    : html`<input name="log" required .value=${log} @input=${event => { log = event.target.value; }}>`}</label>
    <label>Policy <textarea rows="16" spellcheck="false" required .value=${draft ?? ''} @input=${event => { draft = event.target.value; }}></textarea></label><p class="buttons"><button class="primary">Compare</button></p></form>`, {path: '/backtests', note: newest ? `The text begins as generation ${newest.generation}, the policy in force.` : nothing})}
    ${panel('Backtests', tests.length ? table('Backtests', [{name: 'Number', cell: row => html`<button type="button" class="plain" @click=${() => { chosen = row.id; refresh(); }}>${row.id}</button>`, by: row => row.id},
    {name: 'State', cell: row => words(row.state), by: row => row.state}, {name: 'Progress', cell: row => bar(row.progress), by: row => row.progress}, {name: 'Log', cell: row => text(row.log), by: row => row.log}, {name: 'Started', cell: row => time(row.started), by: row => row.started}], tests) : empty('None was started yet.'), {path: '/backtests', entry: list})}
    ${chosen ?? tests[0]?.id ? run(chosen ?? tests[0].id) : nothing}`;
}
