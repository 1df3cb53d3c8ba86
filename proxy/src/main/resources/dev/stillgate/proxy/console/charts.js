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
 * Counts as columns with a few labels.
 * @param {string} name
 * @param {{label: string, value: number}[]} columns
 */
export function columns(name, columnList) {
  const most = Math.max(1, ...columnList.map(each => each.value));
  const step = 1 / Math.max(1, columnList.length);
  const drawing = html`<div class="plot">
    <span class="top">${short(most)}</span
    ><svg height="90" aria-hidden="true">
      ${columnList.map(
        (each, i) =>
          svg`<rect class="for" x=${pc(i * step + step * 0.1)} width=${pc(step * 0.8)} y=${84 - (80 * each.value) / most} height=${Math.max(each.value ? 1 : 0, (80 * each.value) / most)}><title>${each.label}: ${count(each.value)}</title></rect>`,
      )}
      <line class="zero" x1="0" x2="100%" y1="84.5" y2="84.5" />
    </svg>
    <span class="from">${columnList[0]?.label}</span><span class="to">${columnList.at(-1)?.label}</span>
  </div>`;
  return chart(name, drawing, ['Time', 'Count'], () => columnList.map(each => [each.label, count(each.value)]));
}

/**
 * Accounts by hour of the day: the stronger the colour, the busier the hour. The table has the numbers.
 * @param {string} name
 * @param {{label: string, values: number[]}[]} rows of 24 values each
 */
export function hours(name, rows) {
  const most = Math.max(1, ...rows.flatMap(row => row.values));
  const height = Math.max(7, Math.min(16, 480 / Math.max(1, rows.length)));
  const levels = ['', '', '', '', ''];
  rows.forEach((row, i) =>
    row.values.forEach((value, hour) => {
      if (value > 0)
        levels[Math.min(4, Math.ceil((5 * value) / most) - 1)] += `M${hour + 0.03} ${i + 0.06}h.94v.88h-.94z`;
    }),
  );
  const drawing = html`<div class="heat">
    <svg
      class="cells"
      viewBox="0 0 24 ${Math.max(1, rows.length)}"
      preserveAspectRatio="none"
      height=${rows.length * height}
      aria-hidden="true"
    >
      ${levels.map((d, i) => svg`<path class="for" d=${d} fill-opacity=${[0.12, 0.26, 0.48, 0.72, 1][i]}/>`)}</svg
    ><svg height="16" aria-hidden="true">
      ${[0, 6, 12, 18, 23].map(hour => svg`<text x=${pc((hour + 0.5) / 24)} y="12" text-anchor="middle">${hour}</text>`)}
    </svg>
    <p class="note">
      Hours of the day in UTC; one line for each account, the busiest first. The stronger the colour, the more
      conversations; the most are ${count(most)}.
    </p>
  </div>`;
  return chart(name, drawing, ['Account', ...Array.from({length: 24}, (_, i) => String(i))], () =>
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
