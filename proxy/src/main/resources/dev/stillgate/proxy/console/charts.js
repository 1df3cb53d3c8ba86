/**
 * Charts as SVG with percentages on the x axis, so that they follow the width of the page without distorted text.
 * Each chart has a table with the same numbers.
 */
import {html, svg, visible} from './widgets.js';
import {count, short, when} from './format.js';

/** Returns a share as a percentage of the width. @param {number} share */
export const pc = share => `${Math.max(0, Math.min(100, share * 100)).toFixed(2)}%`;

const opened = new Set();

function toggled(name, event) {
  if (event.target.open === opened.has(name)) return;
  event.target.open ? opened.add(name) : opened.delete(name);
  dispatchEvent(new Event('redraw'));
}

/**
 * A figure with a name for screen readers, and its numbers on demand.
 * @param {string} name
 * @param {unknown} drawing
 * @param {string[]} heads
 * @param {() => unknown[][]} rows called when the reader opens the table
 */
export function chart(name, drawing, heads, rows) {
  const list = opened.has(name) ? rows() : [];
  return html`<figure class="chart">
    <div role="img" aria-label=${name}>${drawing}</div>
    <details class="numbers" ?open=${opened.has(name)} @toggle=${event => toggled(name, event)}>
      <summary>Numbers<span class="vh"> of ${name}</span></summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Numbers of ${name}">
        <table>
          <caption class="vh">
            ${name}
          </caption>
          <thead>
            <tr>
              ${heads.map(head => html`<th scope="col">${head}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${list.map(
              row =>
                html`<tr>
                  ${row.map((cell, i) => (i ? html`<td class="n">${cell}</td>` : html`<th scope="row">${cell}</th>`))}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  </figure>`;
}

function path(values, most, fill) {
  const width = Math.max(1, values.length - 1);
  const points = values
    .map((value, i) => `${i ? 'L' : 'M'}${i} ${(100 - (100 * (value ?? 0)) / most).toFixed(2)}`)
    .join('');
  return fill ? `${points}L${width} 100L0 100Z` : points;
}

/** A line without axes, as wide as a word. @param {number[]} values @param {string} label */
export function sparkline(values, label) {
  const most = Math.max(1e-9, ...values);
  return html`<svg
    class="spark"
    role="img"
    aria-label=${label}
    viewBox="0 0 ${Math.max(1, values.length - 1)} 100"
    preserveAspectRatio="none"
  >
    <path class="area" d=${path(values, most, true)} />
    <path class="line" d=${path(values, most)} />
  </svg>`;
}

/**
 * Series over time on one axis, told apart by their dashes.
 * @param {string} name
 * @param {{name: string, values: number[]}[]} series
 * @param {{end: number, step: number, unit: string}} options end in milliseconds, step in seconds
 */
export function lines(name, series, {end, step, unit}) {
  const size = Math.max(0, ...series.map(each => each.values.length));
  const most = Math.max(1, ...series.flatMap(each => each.values));
  const begin = end - (size - 1) * step * 1000;
  const drawing = html`<div class="plot">
      <span class="top">${short(most)} ${unit}</span>
      <svg viewBox="0 0 ${Math.max(1, size - 1)} 100" preserveAspectRatio="none" aria-hidden="true">
        <path class="grid" d="M0 0H${size}M0 50H${size}M0 100H${size}" />
        ${series.map((each, i) => svg`<path class="line l${i}" d=${path(each.values, most)}/>`)}
      </svg>
      <span class="from">${when(begin, 'clock')}</span><span class="to">${when(end, 'clock')}</span>
    </div>
    <ul class="legend" aria-hidden="true">
      ${series.map(
        (each, i) =>
          html`<li>
            <svg width="26" height="8"><path class="line l${i}" d="M0 4H26" /></svg> ${each.name}
            <b>${short(each.values.at(-1))}</b>
          </li>`,
      )}
    </ul>`;
  return chart(name, drawing, ['Time', ...series.map(each => each.name)], () =>
    Array.from({length: Math.min(size, 60)}, (_, i) => {
      const at = size - 1 - i;
      return [when(begin + at * step * 1000, 'clock'), ...series.map(each => count(each.values[at]))];
    }),
  );
}

/**
 * Counts as columns with a few labels, perhaps in pairs.
 * @param {string} name
 * @param {{label: string, value: number, beside?: number}[]} columnList
 * @param {string[]} [series] unit of the columns, or the names of both of a pair
 */
export function columns(name, columnList, series = []) {
  const paired = columnList.some(each => each.beside != null);
  const most = Math.max(1, ...columnList.flatMap(each => [each.value, each.beside ?? 0]));
  const step = 1 / Math.max(1, columnList.length);
  const column = (i, kind, value, label, from, width) =>
    svg`<rect class=${kind} x=${pc(i * step + step * from)} width=${pc(step * width)} y=${84 - (80 * value) / most} height=${Math.max(value ? 1 : 0, (80 * value) / most)}><title>${label}: ${count(value)}</title></rect>`;
  const key = (kind, label) =>
    html`<li><svg width="12" height="12" aria-hidden="true"><rect class=${kind} width="12" height="12" /></svg> ${label}</li>`;
  const drawing = html`${
      paired
        ? html`<ul class="legend" aria-hidden="true">
            ${key('for', series[0])}${key('other', series[1])}
          </ul>`
        : ''
    }
    <div class="plot">
      <span class="top">${short(most)}${paired || !series[0] ? '' : ` ${series[0]}`}</span
      ><svg height="90" aria-hidden="true">
        ${columnList.map((each, i) =>
          paired
            ? [
                column(i, 'for', each.value, each.label, 0.08, 0.4),
                column(i, 'other', each.beside ?? 0, each.label, 0.5, 0.4),
              ]
            : column(i, 'for', each.value, each.label, 0.1, 0.8),
        )}
        <line class="zero" x1="0" x2="100%" y1="84.5" y2="84.5" />
      </svg>
      <span class="from">${columnList[0]?.label}</span><span class="to">${columnList.at(-1)?.label}</span>
    </div>`;
  return chart(name, drawing, ['Time', ...(paired ? series : [series[0] ?? 'Count'])], () =>
    columnList.map(each => [each.label, count(each.value), ...(paired ? [count(each.beside ?? 0)] : [])]),
  );
}

/**
 * Accounts by hour of the day: the stronger the colour, the nearer to the account's own busiest time. The table has the
 * numbers. A line divides groups of rows.
 * @param {string} name
 * @param {{label: string, values: number[], group?: number}[]} rows
 * @param {number} [width] hours of a value
 */
export function hours(name, rows, width = 1) {
  const bins = 24 / width;
  const height = Math.max(7, Math.min(16, 420 / Math.max(1, rows.length)));
  const levels = ['', '', '', '', ''];
  rows.forEach((row, i) => {
    const most = Math.max(1e-9, ...row.values);
    row.values.forEach((value, bin) => {
      if (value > 0) levels[Math.min(4, Math.ceil((5 * value) / most) - 1)] += `M${bin + 0.03} ${i + 0.06}h.94v.88h-.94z`;
    });
  });
  const borders = rows.flatMap((row, i) => (i && row.group !== rows[i - 1].group ? [`M0 ${i}H${bins}`] : [])).join('');
  const drawing = html`<div class="heat">
    <svg
      class="cells"
      viewBox="0 0 ${bins} ${Math.max(1, rows.length)}"
      preserveAspectRatio="none"
      height=${Math.round(rows.length * height)}
      aria-hidden="true"
    >
      ${levels.map((d, i) => svg`<path class="for" d=${d} fill-opacity=${[0.12, 0.26, 0.48, 0.72, 1][i]}/>`)}
      <path class="border" d=${borders} /></svg
    ><svg height="16" aria-hidden="true">
      ${[0, 6, 12, 18, 24].map(hour => svg`<text x=${pc(hour / 24)} y="12" text-anchor=${hour === 0 ? 'start' : hour === 24 ? 'end' : 'middle'}>${hour}:00</text>`)}
    </svg>
    <p class="note">
      Hours of the day in UTC, in steps of ${count(width)}; one line for each account. The stronger the colour, the
      nearer to the busiest step of that account.
    </p>
  </div>`;
  const label = i => (width > 1 ? `${i * width} to ${(i + 1) * width}` : String(i));
  return chart(name, drawing, ['Account', ...Array.from({length: bins}, (_, i) => label(i))], () =>
    rows.map(row => [html`<bdi>${visible(row.label).slice(0, 40)}</bdi>`, ...row.values.map(count)]),
  );
}

/**
 * Parts of a whole in one bar, with the numbers beneath; parts are told apart by their pattern.
 * @param {{name: string, value: number, kind: string}[]} list
 */
export function shares(list) {
  const sum = list.reduce((all, each) => all + each.value, 0) || 1;
  let begin = 0;
  return html`<svg class="shares" height="22" aria-hidden="true">
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="k-marked" width="6" height="6" />
          <rect class="stripe" width="2" height="6" />
        </pattern>
      </defs>
      ${list.map(each => {
        const from = begin;
        begin += each.value / sum;
        return svg`<rect class="k-${each.kind}" x=${pc(from)} width=${pc(each.value / sum)} height="22"/>`;
      })}
    </svg>
    <dl class="keyed">
      ${list.map(
        each =>
          html`<div>
            <dt>
              <svg width="12" height="12" aria-hidden="true">
                <rect class="k-${each.kind}" width="12" height="12" />
              </svg>
              ${each.name}
            </dt>
            <dd>${short(each.value)} <span class="note">${Math.round((100 * each.value) / sum)} %</span></dd>
          </div>`,
      )}
    </dl>`;
}
