/** Traits of the members of a cluster beside those of other accounts. */
import {html, nothing, empty} from './widgets.js';
import {count} from './format.js';
import {table} from './table.js';
import {family} from './explain.js';
import {absent, inWords, natural, rows} from './trait-values.js';

function strip({members, others}) {
  const ends = [
    members.mean - 2 * members.deviation,
    members.mean + 2 * members.deviation,
    others.mean - 2 * others.deviation,
    others.mean + 2 * others.deviation,
  ];
  const low = Math.min(...ends);
  const size = Math.max(...ends) - low || 1;
  const x = value => `${((100 * (value - low)) / size).toFixed(1)}%`;
  const range = ({mean, deviation}, y, kind) =>
    html`<svg class="layer">
      <rect
        class=${kind}
        x=${x(mean - deviation)}
        y=${y}
        width="${((200 * deviation) / size).toFixed(1)}%"
        height="5"
      />
      <rect class="${kind} mid" x=${x(mean)} y=${y - 1.5} width="2" height="8" />
    </svg>`;
  return html`<div class="strip" aria-hidden="true">${range(members, 3, 'for')}${range(others, 13, 'other')}</div>`;
}

/** Returns the table of traits. @param {any} d */
export function traits(d) {
  const all = rows(d);
  const shown = all.filter(row => !absent(row));
  const none = all.filter(absent).map(row => natural(row.key).name);
  return all.length
    ? html`<p class="note">
          Members beside ${count(Math.max(...all.map(row => row.others.accounts)))} other accounts. Numbers are the
          middle, and in brackets the range of about two thirds of the accounts (one standard deviation to both sides).
          In the drawing the upper line is the members', the lower one the others'. A short line far from the other one
          binds the group.
        </p>
        ${table(
          'Traits of members beside those of other accounts',
          [
            {
              name: 'Trait',
              cell: row =>
                html`${natural(row.key).name}${natural(row.key).unit ? html` <span class="note">${natural(row.key).unit}</span>` : nothing}`,
              by: row => natural(row.key).name,
            },
            {name: 'Kind', cell: row => family(row.kind)[0], by: row => row.kind, minor: true},
            {name: 'Upper: members', cell: strip, minor: true},
            {name: 'Members', num: true, cell: row => inWords(row.key, row.members), by: row => row.members.mean},
            {name: 'Others', num: true, cell: row => inWords(row.key, row.others), by: row => row.others.mean},
            {
              name: 'Apart',
              num: true,
              gloss: 'distance of the means in standard deviations of the others',
              cell: row => row.shift.toFixed(1),
              by: row => Math.abs(row.shift),
            },
          ],
          shown,
          {sorted: [5, true], wraps: true},
        )}
        <p class="note">
          <b>Apart</b>: distance of the two means, in standard deviations of the others.
          ${none.length ? html`Zero among members and others: ${none.join(', ')}.` : nothing}
        </p>`
    : empty('This gateway does not report it.');
}
