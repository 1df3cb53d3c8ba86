/** The panel of evidence: kinds on one axis, how they add up, and the tests behind each with their figures. */
import {html, nothing, brief, text} from './widgets.js';
import {count, odds} from './format.js';
import {chart} from './charts.js';
import {evidence} from './evidence.js';
import {family, signal} from './explain.js';
import {counted, thresholds} from './dossier-data.js';
import {figures, sentence} from './trait-values.js';

const points = value => `${value > 0 ? '+' : ''}${Math.abs(value) < 1000 ? value.toFixed(1) : count(value)}`;
const REASON = 1;

/** Returns how the kinds add up to the total. @param {any} d @param {any[]} kinds */
function sum(d, kinds) {
  const leads = kinds.find(each => each.leading && each.value > 0);
  const others = kinds.filter(each => !each.leading && each.value > 0.05);
  const against = kinds.filter(each => each.value < 0);
  const raw = others.reduce((all, each) => all + each.value, 0);
  const added = others.reduce((all, each) => all + each.counted, 0);
  const name = each => family(each.name)[0].toLowerCase();
  if (!leads) return nothing;
  return html`<p>
    <b
      >Total ${d.evidence.toFixed(1)} = ${leads.value.toFixed(1)} (${name(leads)})${
        others.length ? ` + ${added.toFixed(1)} (${others.map(each => `${name(each)} ${each.value.toFixed(1)}`).join(' + ')}${raw > added + 0.05 ? `, cut to half of ${name(leads)}` : ''})` : ''
      }.</b
    >
    ${raw > added + 0.05 ? html`The pale part of a bar is what was cut: users of one product resemble each other, so the other kinds count at most half as much as the leading one.` : nothing}
    ${against.length ? html`${against.map(each => family(each.name)[0]).join(', ')} ${against.length > 1 ? 'speak' : 'speaks'} against one actor; the total leaves that out.` : nothing}
  </p>`;
}

function test({signals, evidence: value, counts}, d) {
  const seen = signals.flatMap(name => figures(d, name)).filter(Boolean);
  return html`<li class=${value >= REASON && counts ? '' : 'weak'}>
    <b>${points(value)}${value < REASON ? ' Not found:' : nothing} ${signals.map((name, i) => html`${i ? '; ' : nothing}${text(signal(name)[0], 80)}`)}</b>
    <span class="note">
      ${signals.length > 1 ? 'one joint test: ' : nothing}${signals
        .map(name => signal(name)[1])
        .filter(Boolean)
        .join('; ')}${counts ? nothing : value >= REASON ? '. A stronger test of this kind counts instead.' : nothing}
    </span>
    ${
      seen.length
        ? html`<ul class="seen">
            ${seen.map(row => html`<li class="note">${sentence(row)}</li>`)}
          </ul>`
        : nothing
    }
  </li>`;
}

/** Returns the tests of each kind, or the reasons without figures where the tests are not known. @param {any} d @param {any[]} kinds */
function tests(d, kinds) {
  if (!d.tests?.length)
    return html`<ul class="reasons">
        ${(d.reasons ?? []).filter(name => name !== 'office').map(name => html`<li><b>${text(signal(name)[0], 80)}</b> <span class="note">${signal(name)[1]}</span></li>`)}
      </ul>
      ${d.tests && (d.reasons ?? []).length ? html`<p class="note">The points of each test are known again after the next comparison.</p>` : nothing}`;
  return kinds
    .map(kind => [kind, d.tests.filter(each => each.kind === kind.name).sort((a, b) => b.evidence - a.evidence)])
    .filter(([, list]) => list.length)
    .map(
      ([kind, list]) =>
        html`<h3>${family(kind.name)[0]} ${points(kind.value)}</h3>
          <ul class="reasons tests">
            ${list.map((each, i) => test({...each, counts: i === 0 && kind.value >= REASON}, d))}
          </ul>`,
    );
}

/** Returns the evidence. @param {any} d */
export function proof(d) {
  const limits = thresholds(d);
  const kinds = counted(d);
  const rows = [
    ...kinds.map(each => ({
      label: family(each.name)[0],
      name: html`${family(each.name)[0]}${each.leading ? html` <span class="note">leads</span>` : nothing}`,
      value: each.value,
      counted: each.value < 0 ? undefined : each.counted,
    })),
    ...(d.links ?? []).map(link => ({
      label: link.name,
      name: html`${brief(link.name, 24)} <span class="note">link</span>`,
      value: link.weight,
    })),
    {label: 'Total', name: 'Total', value: d.evidence, total: true},
  ];
  return html`${chart(
      `Evidence by kind; total ${d.evidence.toFixed(1)}, ${odds(d.evidence)}`,
      evidence(rows, [{name: 'marked', at: limits.marked}]),
      ['Kind', 'Evidence', 'Counted', 'Odds'],
      () => rows.map(row => [row.label, row.value.toFixed(2), (row.counted ?? row.value).toFixed(2), odds(row.value)]),
    )}
    ${sum(d, kinds)}
    <p class="note">
      The scale is powers of ten of the odds for one actor against a model of independent customers: 1 is ten to one, 2 a
      hundred to one. The dashed line is the threshold of the policy. What you know of the customers is not in it.
    </p>
    ${tests(d, kinds)}
    ${d.tests?.length ? html`<p class="note">Figures: the trait in which members are farthest from other accounts, and the one in which they are closest to each other; middle and, in brackets, the range of two thirds.</p>` : nothing}`;
}
