/** Charts of evidence: kinds on one axis with thresholds, and traits that add up. */
import {html, svg, nothing} from './widgets.js';
import {pc} from './charts.js';

const STEPS = [1, 2, 5];

/** Returns the step between ticks: a round number, for at most seven ticks. @param {number} range */
function stepOf(range) {
  for (let power = 1; ; power *= 10)
    for (const step of STEPS) if (range / (step * power) <= 6) return step * power;
}

/**
 * Evidence on one axis of powers of ten of the odds, as far as the total, with the thresholds drawn through all rows.
 * @param {{name: unknown, label: string, value: number, counted?: number, total?: boolean}[]} rows counted is the part that enters the total
 * @param {{name: string, at: number}[]} thresholds
 */
export function evidence(rows, thresholds) {
  const ends = [...rows.map(row => row.value), ...thresholds.map(each => each.at)];
  const step = stepOf(Math.max(3, ...ends) - Math.min(0, ...ends));
  const high = step * Math.ceil(Math.max(3, ...ends) / step);
  const low = step * Math.floor(Math.min(0, ...ends) / step);
  const x = value => pc((value - low) / (high - low));
  const span = (a, b) => pc(Math.abs(b - a) / (high - low));
  const ticks = Array.from({length: Math.round((high - low) / step) + 1}, (_, i) => low + i * step);
  const lineup = height => svg`<line class="zero" x1=${x(0)} x2=${x(0)} y1="0" y2=${height}/>
    ${thresholds.map(each => svg`<line class="threshold" x1=${x(each.at)} x2=${x(each.at)} y1="0" y2=${height}/>`)}`;
  const right = each => (each.at - low) / (high - low) < 0.6;
  return html`<div class="evidence" role="presentation">
    <div class="erow head">
      <span></span
      ><svg height="34" aria-hidden="true">
        ${thresholds.map(
          (each, i) => svg`<text class="tname"
      x=${x(each.at)} y=${i % 2 ? 26 : 11} text-anchor=${right(each) ? 'start' : 'end'} dx=${right(each) ? 4 : -4}>${each.name} from ${each.at}</text>
      <line class="threshold" x1=${x(each.at)} x2=${x(each.at)} y1=${i % 2 ? 15 : 0} y2="34"/>`,
        )}</svg
      ><span></span>
    </div>
    ${rows.map(
      row =>
        html`<div class="erow ${row.total ? 'total' : ''}">
          <span class="ename">${row.name}</span>
          <svg height="26" aria-hidden="true">
            ${lineup(26)}
            ${row.counted != null && row.counted !== row.value ? svg`<rect class="beyond" x=${x(Math.min(0, row.value))} width=${span(0, row.value)} y="7" height="12"/>` : nothing}
            <rect
              class=${row.value < 0 ? 'against' : 'for'}
              x=${x(Math.min(0, row.counted ?? row.value))}
              width=${span(0, row.counted ?? row.value)}
              y="7"
              height="12"
            />
          </svg>
          <span class="n">${row.value > 0 ? '+' : ''}${row.value.toFixed(1)}</span>
        </div>`,
    )}
    <div class="erow axis">
      <span class="note">powers of ten</span
      ><svg height="18" aria-hidden="true">
        ${ticks.map(
          (tick, i) => svg`<text x=${x(tick)} y="13"
      text-anchor=${i === 0 ? 'start' : i === ticks.length - 1 ? 'end' : 'middle'}>${tick}</text>`,
        )}</svg
      ><span></span>
    </div>
  </div>`;
}

/**
 * Sum of evidence, trait by trait: each bar begins where the one before ended.
 * @param {{name: string, value: number}[]} steps
 */
export function waterfall(steps) {
  let sum = 0;
  const ends = steps.map(step => [sum, (sum += step.value)]);
  const low = Math.min(0, ...ends.flat());
  const high = Math.max(0.1, ...ends.flat());
  const x = value => pc((value - low) / (high - low));
  return html`<div class="evidence">
    ${steps.map(
      (step, i) =>
        html`<div class="erow">
          <span class="ename">${step.name}</span>
          <svg height="20" aria-hidden="true">
            <line class="zero" x1=${x(0)} x2=${x(0)} y1="0" y2="20" />
            <rect
              class=${step.value < 0 ? 'against' : 'for'}
              x=${x(Math.min(...ends[i]))}
              width=${pc(Math.abs(step.value) / (high - low))}
              y="4"
              height="12"
            />
          </svg>
          <span class="n">${step.value > 0 ? '+' : ''}${step.value.toFixed(2)}</span>
        </div>`,
    )}
    <div class="erow total">
      <span class="ename">Sum</span
      ><svg height="20" aria-hidden="true">
        <rect class="for" x=${x(Math.min(0, sum))} width=${pc(Math.abs(sum) / (high - low))} y="4" height="12" /></svg
      ><span class="n">${sum.toFixed(2)}</span>
    </div>
  </div>`;
}
