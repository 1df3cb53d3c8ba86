/** Traits that members share: a graph of traits between the accounts that have them, with a table of the same. */
import {html, svg, nothing, accountLink, brief, empty, visible} from './widgets.js';
import {count} from './format.js';
import {tieName} from './explain.js';
import {drawing, settle} from './graph.js';
import {table} from './table.js';

const SIDE = 12;
const LONGEST = 28;
const LABEL = 'Accounts and the traits that they share; the table below has the same';

/** Traits with the listed accounts that have them. */
const named = d =>
  d.ties.traits.map(tie => ({
    ...tie,
    named: tie.positions.map(position => d.members[position]?.account).filter(account => account != null),
  }));

/** Places traits on a circle with their accounts around them, and lets the links move them. */
function arrange(traits) {
  const accounts = new Map();
  const nodes = [];
  const links = [];
  traits.forEach((tie, i) => {
    const angle = (2 * Math.PI * i) / traits.length;
    const node = {tie, r: SIDE, x: 300 * Math.cos(angle), y: 200 * Math.sin(angle)};
    nodes.push(node);
    for (const account of tie.named) {
      const at = 2.4 * accounts.size;
      if (!accounts.has(account)) accounts.set(account, {account, r: 4, x: 100 * Math.cos(at), y: 100 * Math.sin(at)});
      links.push({source: accounts.get(account), target: node});
    }
  });
  const graph = {nodes: [...nodes, ...accounts.values()], links};
  settle(graph, 70, -120);
  return graph;
}

const among = (d, tie) =>
  `${count(tie.accounts)} of ${count(d.ties.members)} accounts, ${count(tie.others)} of ${count(d.ties.others)} others`;

const squares = (d, nodes) =>
  nodes
    .filter(node => node.tie)
    .map(
      ({x, y, tie}) =>
        svg`<rect class="tie" x=${(x - SIDE / 2).toFixed(1)} y=${(y - SIDE / 2).toFixed(1)} width=${SIDE} height=${SIDE}><title>${tieName(tie)} ${visible(tie.value).slice(0, 20)}: ${among(d, tie)}</title></rect>
        <text x=${x.toFixed(1)} y=${(y + SIDE + 8).toFixed(1)} text-anchor="middle" aria-hidden="true">${tieName(tie).slice(0, LONGEST)}</text>`,
    );

const COLUMNS = d => [
  {name: 'Trait', cell: row => tieName(row), by: row => tieName(row)},
  {name: 'Value', cell: row => html`<code>${brief(row.value, 16)}</code>`, by: row => row.value},
  {name: 'Accounts', num: true, cell: row => `${count(row.accounts)} of ${count(d.ties.members)}`, by: row => row.accounts},
  {name: 'Other accounts', num: true, cell: row => `${count(row.others)} of ${count(d.ties.others)}`, by: row => row.others},
  {name: 'The busiest', cell: row => row.named.map((each, i) => html`${i ? ', ' : nothing}${accountLink(each)}`), minor: true},
];

let memo = {};

/** Returns picture and table, which are made once for each answer of the gateway. @param {any} d */
function once(d) {
  if (memo.of !== d.ties) {
    const rows = named(d);
    const graph = arrange(rows);
    memo = {
      of: d.ties,
      drawn: html`${drawing(graph, LABEL, squares(d, graph.nodes))}
      ${table('Traits that members share', COLUMNS(d), rows, {wraps: true})}`,
    };
  }
  return memo.drawn;
}

/** Returns the graph of the traits that members share. @param {any} d */
export const ties = d =>
  d.ties.traits.length
    ? html`<p class="note">
          Squares are traits, circles the accounts that have them: of each trait the ten busiest. A trait is listed if at
          least two members share it and it is more frequent among them than among ${count(d.ties.others)} other accounts; the
          most discriminating come first. Values are parts of keyed hashes. Traits are no evidence by themselves, since
          accounts are often compared because they share one.
        </p>
        ${once(d)}`
    : empty('No trait that two members share is more frequent among them than among other accounts.');
