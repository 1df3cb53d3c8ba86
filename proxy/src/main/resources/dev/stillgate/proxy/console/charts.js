/**
 * Charts as SVG with percentages on the x axis, so that they follow the width of the page without distorted text.
 * Each chart has a table with the same numbers.
 */
import {html, svg, nothing, visible} from './widgets.js';
import {count, short, when} from './format.js';

const pc = share => `${Math.max(0, Math.min(100, share * 100)).toFixed(2)}%`;

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
  return html`<figure class="chart"><div role="img" aria-label=${name}>${drawing}</div>
    <details class="numbers" ?open=${opened.has(name)} @toggle=${event => toggled(name, event)}><summary>Numbers<span class="vh"> of ${name}</span></summary><div class="scroll" tabindex="0" role="region" aria-label="Numbers of ${name}"><table>
      <caption class="vh">${name}</caption><thead><tr>${heads.map(head => html`<th scope="col">${head}</th>`)}</tr></thead>
      <tbody>${list.map(row => html`<tr>${row.map((cell, i) => i ? html`<td class="n">${cell}</td>` : html`<th scope="row">${cell}</th>`)}</tr>`)}</tbody>
    </table></div></details></figure>`;
}

function path(values, most, fill) {
  const width = Math.max(1, values.length - 1);
  const points = values.map((value, i) => `${i ? 'L' : 'M'}${i} ${(100 - 100 * (value ?? 0) / most).toFixed(2)}`).join('');
  return fill ? `${points}L${width} 100L0 100Z` : points;
}

/** A line without axes, as wide as a word. @param {number[]} values @param {string} label */
export function sparkline(values, label) {
  const most = Math.max(1e-9, ...values);
  return html`<svg class="spark" role="img" aria-label=${label} viewBox="0 0 ${Math.max(1, values.length - 1)} 100" preserveAspectRatio="none">
    <path class="area" d=${path(values, most, true)}/><path class="line" d=${path(values, most)}/></svg>`;
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
  const drawing = html`<div class="plot"><span class="top">${short(most)} ${unit}</span>
    <svg viewBox="0 0 ${Math.max(1, size - 1)} 100" preserveAspectRatio="none" aria-hidden="true"><path class="grid" d="M0 0H${size}M0 50H${size}M0 100H${size}"/>
      ${series.map((each, i) => svg`<path class="line l${i}" d=${path(each.values, most)}/>`)}</svg>
    <span class="from">${when(begin, 'clock')}</span><span class="to">${when(end, 'clock')}</span></div>
    <ul class="legend" aria-hidden="true">${series.map((each, i) => html`<li><svg width="26" height="8"><path class="line l${i}" d="M0 4H26"/></svg>
      ${each.name} <b>${short(each.values.at(-1))}</b></li>`)}</ul>`;
  return chart(name, drawing, ['Time', ...series.map(each => each.name)], () => Array.from({length: Math.min(size, 60)}, (_, i) => {
    const at = size - 1 - i;
    return [when(begin + at * step * 1000, 'clock'), ...series.map(each => count(each.values[at]))];
  }));
}

/**
 * Evidence on one axis of base-10 logarithms of odds, with the thresholds drawn through all rows.
 * @param {{name: unknown, label: string, value: number, counted?: number, total?: boolean}[]} rows counted is the part that enters the total
 * @param {{name: string, at: number}[]} thresholds
 */
export function evidence(rows, thresholds) {
  const far = 8;
  const high = Math.min(far, Math.max(3, ...rows.map(row => Math.ceil(row.value + 0.3)), ...thresholds.map(each => Math.ceil(each.at + 0.5))));
  const low = Math.max(-3, Math.min(-1, ...rows.map(row => Math.floor(row.value))));
  const x = value => pc((Math.max(low, Math.min(high, value)) - low) / (high - low));
  const span = (a, b) => pc(Math.abs(Math.max(low, Math.min(high, b)) - Math.max(low, Math.min(high, a))) / (high - low));
  const ticks = Array.from({length: high - low + 1}, (_, i) => low + i);
  const lineup = height => svg`<line class="zero" x1=${x(0)} x2=${x(0)} y1="0" y2=${height}/>
    ${thresholds.map(each => svg`<line class="threshold" x1=${x(each.at)} x2=${x(each.at)} y1="0" y2=${height}/>`)}`;
  const ratio = tick => tick === 0 ? '1:1' : tick > 0 ? `10${'⁰¹²³⁴⁵⁶⁷⁸⁹'[tick]}:1` : `1:10${'⁰¹²³⁴⁵⁶⁷⁸⁹'[-tick]}`;
  return html`<div class="evidence" role="presentation">
    <div class="erow head"><span></span><svg height="34" aria-hidden="true">${thresholds.map((each, i) => svg`<text class="tname"
      x=${x(each.at)} y=${i % 2 ? 26 : 11} text-anchor=${i % 2 ? 'start' : 'end'} dx=${i % 2 ? 4 : -4}>${each.name} ${each.at}</text>
      <line class="threshold" x1=${x(each.at)} x2=${x(each.at)} y1=${i % 2 ? 15 : 0} y2="34"/>`)}</svg><span></span></div>
    ${rows.map(row => html`<div class="erow ${row.total ? 'total' : ''}"><span class="ename">${row.name}</span>
      <svg height="26" aria-hidden="true">${lineup(26)}
        ${row.counted != null && row.counted !== row.value ? svg`<rect class="beyond" x=${x(Math.min(0, row.value))} width=${span(0, row.value)} y="7" height="12"/>` : nothing}
        <rect class=${row.value < 0 ? 'against' : 'for'} x=${x(Math.min(0, row.counted ?? row.value))} width=${span(0, row.counted ?? row.value)} y="7" height="12"/>
        ${row.value > high ? svg`<text class="mark" x="100%" dx="-3" y="17" text-anchor="end">▸</text>` : nothing}
        ${row.value < low ? svg`<text x="0" dx="4" y="17">◂</text>` : nothing}</svg>
      <span class="n">${row.value > 0 ? '+' : ''}${row.value.toFixed(1)}</span></div>`)}
    <div class="erow axis"><span class="note">odds</span><svg height="18" aria-hidden="true">${ticks.map((tick, i) => svg`<text class=${tick % 3 ? 'minor' : ''} x=${x(tick)} y="13"
      text-anchor=${i === 0 ? 'start' : i === ticks.length - 1 ? 'end' : 'middle'}>${ratio(tick)}</text>`)}</svg><span class="note">log₁₀</span></div></div>`;
}

/**
 * Sum of evidence, trait by trait: each bar begins where the one before ended.
 * @param {{name: string, value: number}[]} steps
 */
export function waterfall(steps) {
  let sum = 0;
  const ends = steps.map(step => [sum, sum += step.value]);
  const low = Math.min(0, ...ends.flat());
  const high = Math.max(0.1, ...ends.flat());
  const x = value => pc((value - low) / (high - low));
  return html`<div class="evidence">${steps.map((step, i) => html`<div class="erow"><span class="ename">${step.name}</span>
    <svg height="20" aria-hidden="true"><line class="zero" x1=${x(0)} x2=${x(0)} y1="0" y2="20"/>
      <rect class=${step.value < 0 ? 'against' : 'for'} x=${x(Math.min(...ends[i]))} width=${pc(Math.abs(step.value) / (high - low))} y="4" height="12"/></svg>
    <span class="n">${step.value > 0 ? '+' : ''}${step.value.toFixed(2)}</span></div>`)}
    <div class="erow total"><span class="ename">Sum</span><svg height="20" aria-hidden="true"><rect class="for" x=${x(Math.min(0, sum))}
      width=${pc(Math.abs(sum) / (high - low))} y="4" height="12"/></svg><span class="n">${sum.toFixed(2)}</span></div></div>`;
}

/**
 * Counts as columns with a few labels.
 * @param {string} name
 * @param {{label: string, value: number}[]} columns
 */
export function columns(name, columnList) {
  const most = Math.max(1, ...columnList.map(each => each.value));
  const step = 1 / Math.max(1, columnList.length);
  const drawing = html`<div class="plot"><span class="top">${short(most)}</span><svg height="90" aria-hidden="true">${columnList.map((each, i) =>
    svg`<rect class="for" x=${pc(i * step + step * 0.1)} width=${pc(step * 0.8)} y=${84 - 80 * each.value / most} height=${Math.max(each.value ? 1 : 0, 80 * each.value / most)}><title>${each.label}: ${count(each.value)}</title></rect>`)}
    <line class="zero" x1="0" x2="100%" y1="84.5" y2="84.5"/></svg>
    <span class="from">${columnList[0]?.label}</span><span class="to">${columnList.at(-1)?.label}</span></div>`;
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
  rows.forEach((row, i) => row.values.forEach((value, hour) => {
    if (value > 0) levels[Math.min(4, Math.ceil(5 * value / most) - 1)] += `M${hour + 0.03} ${i + 0.06}h.94v.88h-.94z`;
  }));
  const drawing = html`<div class="heat"><svg class="cells" viewBox="0 0 24 ${Math.max(1, rows.length)}" preserveAspectRatio="none" height=${rows.length * height} aria-hidden="true">${levels.map((d, i) =>
    svg`<path class="for" d=${d} fill-opacity=${[0.12, 0.26, 0.48, 0.72, 1][i]}/>`)}</svg><svg height="16" aria-hidden="true">${[0, 6, 12, 18, 23].map(hour => svg`<text x=${pc((hour + 0.5) / 24)} y="12" text-anchor="middle">${hour}</text>`)}</svg>
    <p class="note">Hours of the day in UTC; one line for each account, the busiest first. The stronger the colour, the more conversations; the most are ${count(most)}.</p></div>`;
  return chart(name, drawing, ['Account', ...Array.from({length: 24}, (_, i) => String(i))],
      () => rows.map(row => [html`<bdi>${visible(row.label).slice(0, 40)}</bdi>`, ...row.values.map(count)]));
}

/**
 * Parts of a whole in one bar, with the numbers beneath; parts are told apart by their pattern.
 * @param {{name: string, value: number, kind: string}[]} list
 */
export function shares(list) {
  const sum = list.reduce((all, each) => all + each.value, 0) || 1;
  let begin = 0;
  return html`<svg class="shares" height="22" aria-hidden="true"><defs>
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="k-marked" width="6" height="6"/><rect class="stripe" width="2" height="6"/></pattern></defs>
    ${list.map(each => {
    const from = begin;
    begin += each.value / sum;
    return svg`<rect class="k-${each.kind}" x=${pc(from)} width=${pc(each.value / sum)} height="22"/>`;
  })}</svg>
  <dl class="keyed">${list.map(each => html`<div><dt><svg width="12" height="12" aria-hidden="true"><rect class="k-${each.kind}" width="12" height="12"/></svg> ${each.name}</dt>
    <dd>${short(each.value)} <span class="note">${Math.round(100 * each.value / sum)} %</span></dd></div>`)}</dl>`;
}
