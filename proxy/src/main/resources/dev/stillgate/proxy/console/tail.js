/** Live tail: exchanges as they end, one line of the access log each, without content. */
import {html, nothing, panel, accountLink, text, time, empty} from './widgets.js';
import {count, short} from './format.js';
import {table} from './table.js';
import {link, tailed, use} from './net.js';

let only = 'all';
let refresh = () => {};

const MATCH = {
  all: () => true,
  refused: line => line.outcome === 'rejected',
  failed: line => !['served', 'rejected'].includes(line.outcome),
};

const COLUMNS = [
  {name: 'Time', cell: row => time(row.start_time, 'clock'), by: row => row.start_time},
  {name: 'Status', num: true, cell: row => row.response_code ?? '–', by: row => row.response_code},
  {name: 'Outcome', cell: row => text(row.outcome), by: row => row.outcome},
  {name: 'Account', cell: row => (row.account ? accountLink(row.account) : '–'), by: row => row.account},
  {name: 'Path', cell: row => text(row.path, 40), by: row => row.path},
  {name: 'Model', cell: row => text(row['gen_ai.request.model'] ?? '–', 30), by: row => row['gen_ai.request.model']},
  {
    name: 'Input',
    num: true,
    gloss: 'input tokens',
    cell: row => short(row['gen_ai.usage.input_tokens']),
    by: row => row['gen_ai.usage.input_tokens'],
  },
  {
    name: 'Output',
    num: true,
    gloss: 'output tokens',
    cell: row => short(row['gen_ai.usage.output_tokens']),
    by: row => row['gen_ai.usage.output_tokens'],
  },
  {
    name: 'ms',
    num: true,
    gloss: 'duration in milliseconds',
    cell: row => count(row.duration_ms),
    by: row => row.duration_ms,
  },
  {
    name: 'Reason',
    cell: row =>
      row.response_code_details ? text(`${row.filter ? `${row.filter}/` : ''}${row.response_code_details}`, 50) : '–',
    by: row => row.response_code_details,
    find: row => `${row.filter} ${row.response_code_details}`,
  },
];

/** Draws the page. @param {any} route @param {() => void} draw */
export function view(route, draw) {
  refresh = draw;
  if (use('/console/session', 60).data?.tail === false) {
    return html`<h1>Live tail</h1>
      ${panel('Exchanges', html`<p>The gateway writes no access log to a file. Set <code>accessLog: {path: access.log}</code> in stillgate.yaml.</p>`, {path: '/config'})}`;
  }
  const rows = tailed.filter(MATCH[only]).reverse();
  const choice = (name, label) =>
    html`<label class="check"
      ><input
        type="radio"
        name="only"
        .checked=${only === name}
        @change=${() => {
          only = name;
          refresh();
        }}
      />
      ${label}</label
    >`;
  return html`<h1>Live tail</h1>
    <p class="lead">Each line is one exchange, as in the access log. Prompts and responses are never shown.</p>
    ${panel(
      'Exchanges',
      html`<fieldset class="choice">
          <legend class="vh">Which exchanges</legend>
          ${choice('all', 'All')}${choice('refused', 'Refused')}${choice('failed', 'Failed or cut short')}
          <button
            type="button"
            aria-pressed=${link.tailPaused}
            @click=${() => {
              link.tailPaused = !link.tailPaused;
              refresh();
            }}
          >
            ${link.tailPaused ? 'Go on' : 'Pause'}
          </button>
        </fieldset>
        ${rows.length ? table('Exchanges, newest first', COLUMNS, rows) : empty(link.tailPaused ? 'Paused.' : 'No exchange has ended since this page was opened.')}
        ${tailed.length >= 500 ? html`<p class="note">The newest 500 are kept.</p>` : nothing}`,
      {path: '/console/events?tail=1', command: 'tail -f access.log   # accessLog.path of stillgate.yaml'},
    )}`;
}
