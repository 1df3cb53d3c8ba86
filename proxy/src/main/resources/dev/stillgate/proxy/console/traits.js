/** Traits of the members of a cluster beside those of other accounts. */
import {html, empty} from './widgets.js';
import {count} from './format.js';
import {table} from './table.js';
import {family, trait} from './explain.js';

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
  const rows = Object.entries(d.signals ?? {})
    .flatMap(([name, {family: kind, traits: all}]) =>
      Object.entries(all).map(([key, spread]) => {
        const wide = Math.max(spread.others.deviation, 1e-3);
        return {
          signal: name,
          kind,
          key,
          ...spread,
          shift: (spread.members.mean - spread.others.mean) / wide,
          tight: spread.members.deviation / wide,
        };
      }),
    )
    .filter(row => row.members.accounts && row.others.accounts);
  return rows.length
    ? html`<p class="note">
          Upper line: members; lower line: ${count(Math.max(...rows.map(row => row.others.accounts)))} other accounts.
          Each line is one standard deviation to both sides of the mean. A short line far from the other one binds the
          group.
        </p>
        ${table(
          'Traits of members beside those of other accounts',
          [
            {name: 'Trait', cell: row => trait(row.key), by: row => trait(row.key)},
            {name: 'Kind', cell: row => family(row.kind)[0], by: row => row.kind},
            {name: 'Members, others', cell: strip},
            {
              name: 'Members',
              num: true,
              cell: row => `${row.members.mean.toFixed(2)} ± ${row.members.deviation.toFixed(2)}`,
              by: row => row.members.mean,
            },
            {
              name: 'Others',
              num: true,
              cell: row => `${row.others.mean.toFixed(2)} ± ${row.others.deviation.toFixed(2)}`,
              by: row => row.others.mean,
            },
            {
              name: 'Difference',
              num: true,
              gloss: 'in standard deviations of other accounts',
              cell: row => row.shift.toFixed(1),
              by: row => Math.abs(row.shift),
            },
          ],
          rows,
          {sorted: [5, true]},
        )}`
    : empty('This gateway does not report it.');
}
