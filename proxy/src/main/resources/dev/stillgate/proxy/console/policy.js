/** Policy history: generations, the difference of two texts, who changed what and why, and the way back. */
import {html, nothing, panel, ago, brief, facts, multiline, text, time, empty, waiting} from './widgets.js';
import {count, plural, when} from './format.js';
import {table} from './table.js';
import {orderOrCommand, readOnly} from './actions.js';
import {reload, rollback} from './orders.js';
import {offers} from './dossier-data.js';
import {use} from './net.js';
import './lib/diff.min.js';

const CONTEXT = 3;
let chosen = {from: null, to: null};
let refresh = () => {};

/** Returns lines of a difference as {kind, text, left, right}, with unchanged stretches folded. @param {string} before @param {string} after */
export function hunks(before, after) {
  const parts = globalThis.Diff.diffLines(before, after);
  const lines = [];
  let left = 1;
  let right = 1;
  for (const part of parts) {
    for (const line of part.value.replace(/\n$/, '').split('\n')) {
      lines.push({
        kind: part.added ? 'added' : part.removed ? 'removed' : 'same',
        text: line,
        left: part.added ? null : left++,
        right: part.removed ? null : right++,
      });
    }
  }
  const near = new Set();
  lines.forEach((line, i) => {
    if (line.kind !== 'same') for (let j = i - CONTEXT; j <= i + CONTEXT; j++) near.add(j);
  });
  const shown = [];
  lines.forEach((line, i) => {
    if (near.has(i)) shown.push(line);
    else if (shown.length && shown.at(-1).kind !== 'fold')
      shown.push({kind: 'fold', text: '…', left: null, right: null});
  });
  return shown;
}

const MARK = {added: '+', removed: '−', same: ' ', fold: ' '};

function difference(from, to) {
  const before = use(`/policies/${from}`, 3600);
  const after = use(`/policies/${to}`, 3600);
  if (!before.data || !after.data) return waiting(before.data ? after : before);
  if (before.data.yaml == null || after.data.yaml == null) return empty('The text of one of them is no longer kept.');
  const lines = hunks(before.data.yaml, after.data.yaml);
  const changed = kind => lines.filter(line => line.kind === kind).length;
  if (!lines.some(line => line.kind !== 'same'))
    return empty('The two texts are equal. The history tells what else has changed.');
  return html`<p class="note">${plural(changed('added'), 'line')} added, ${count(changed('removed'))} removed</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Difference of the texts">
      <table class="diff">
        <caption class="vh">
          Difference of generation ${from} and ${to}
        </caption>
        <thead class="vh">
          <tr>
            <th scope="col">Line before</th>
            <th scope="col">Line after</th>
            <th scope="col">Change</th>
            <th scope="col">Text</th>
          </tr>
        </thead>
        <tbody>
          ${lines.map(
            line =>
              html`<tr class=${line.kind}>
                <td class="n">${line.left ?? ''}</td>
                <td class="n">${line.right ?? ''}</td>
                <td><span aria-hidden="true">${MARK[line.kind]}</span><span class="vh">${line.kind}</span></td>
                <td><code>${line.text}</code></td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

function choose(generations) {
  const pick = key => event => {
    chosen = {...chosen, [key]: Number(event.target.value)};
    refresh();
  };
  const select = (key, label) =>
    html`<label
      >${label}
      <select @change=${pick(key)}>
        ${generations.map(each => html`<option value=${each.generation} ?selected=${each.generation === chosen[key]}>${each.generation} · ${when(each.since)}</option>`)}
      </select></label
    >`;
  return html`<p class="filter">${select('from', 'Compare')}${select('to', 'with')}</p>`;
}

function history(list) {
  return table(
    'Generations of the policy',
    [
      {name: 'Generation', num: true, cell: row => count(row.generation), by: row => row.generation},
      {name: 'In force since', cell: row => time(row.since), by: row => row.since},
      {name: 'Cause', cell: row => text(row.cause), by: row => row.cause},
      {name: 'Who', cell: row => (row.by ? text(row.by) : '–'), by: row => row.by},
      {name: 'Why', cell: row => (row.why ? text(row.why, 80) : '–'), find: row => row.why},
      {
        name: 'Changes',
        cell: row => (row.changes?.length ? text(row.changes.join('; '), 90) : '–'),
        find: row => row.changes?.join(' '),
      },
      {name: 'SHA-256', cell: row => html`<code>${row.sha256?.slice(0, 12)}</code>`, by: row => row.sha256},
    ],
    list,
    {sorted: [0, true]},
  );
}

/** Draws the page. @param {any} route @param {() => void} draw */
export function view(route, draw) {
  refresh = draw;
  const config = use('/config', 20);
  const kept = offers('GET /policies') ? use('/policies', 20) : null;
  const now = config.data;
  const list = kept?.data ?? now?.history ?? [];
  const texts = (kept?.data ?? []).filter(each => each.text).sort((a, b) => b.generation - a.generation);
  if (texts.length > 1 && chosen.to == null) chosen = {from: texts[1].generation, to: texts[0].generation};
  return html`<h1>Policy</h1>
    ${panel(
      'In force',
      now
        ? html`${facts([
              ['Generation', count(now.generation)],
              ['Since', html`${time(now.since)} <span class="note">${ago(now.since)}</span>`],
              ['Cause', text(now.cause)],
              ['SHA-256', html`<code>${brief(now.sha256, 70)}</code>`],
              ['Equals the files', now.synchronized ? 'yes' : 'no: the files differ from the policy in force'],
              ['Pinned by a rollback', now.pinned ? 'yes, until the policy file changes' : 'no'],
              ['Refused files', now.refused ? multiline(now.refused) : null],
              ['Listed accounts', count(now.accounts)],
            ])}
            <div class="buttons">${orderOrCommand('Roll back', rollback)}${orderOrCommand('Reload', reload)}</div>
            <p class="note">${readOnly()}</p>`
        : nothing,
      {path: '/config', entry: config, command: 'stillgate dump'},
    )}
    ${panel('History', history(list), {path: kept ? '/policies' : '/config', entry: kept ?? config, command: kept ? 'stillgate history' : undefined})}
    ${texts.length > 1 ? panel('Difference', html`${choose(texts)}${chosen.from === chosen.to ? empty('Choose two generations.') : difference(chosen.from, chosen.to)}`, {path: `/policies/${chosen.to}`, command: `stillgate diff ${chosen.from} ${chosen.to}`}) : nothing}`;
}
