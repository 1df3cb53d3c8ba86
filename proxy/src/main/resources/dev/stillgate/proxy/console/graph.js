/** Graph: clusters and their members, at most 500 nodes, with a table of the same. */
import {html, svg, nothing, panel, accountLink, clusterLink, empty, standing, visible} from './widgets.js';
import {count, odds} from './format.js';
import {table} from './table.js';
import {LADDER, parts, standingsInWords, standingsOf} from './explain.js';
import {use} from './net.js';
import './lib/d3-dispatch.min.js';
import './lib/d3-quadtree.min.js';
import './lib/d3-timer.min.js';
import './lib/d3-force.min.js';

const MOST = 500;
const WIDTH = 900;
const HEIGHT = 620;
const TICKS = 60;

/** The libraries are scripts that add to one global object. */
const force = globalThis.d3;

let layout = {key: '', nodes: [], links: []};

/** Chooses at most 500 nodes: every cluster, and members in turn, so that each cluster is shown in proportion. @param {any[]} clusters */
export function choose(clusters) {
  const shown = [...clusters].sort((a, b) => b.evidence - a.evidence).slice(0, 60);
  const distinct = new Set(shown.flatMap(cluster => cluster.accounts)).size;
  const all = distinct;
  const room = MOST - shown.length;
  const nodes = [];
  const links = [];
  const seen = new Map();
  const hubs = shown.map(cluster => ({id: `c:${cluster.id}`, cluster, r: 6 + Math.sqrt(cluster.size)}));
  nodes.push(...hubs);
  const quota = cluster =>
    all <= room ? cluster.accounts.length : Math.max(1, Math.floor((room * cluster.accounts.length) / all));
  const add = account => {
    if (seen.has(account) || nodes.length >= MOST) return;
    const node = {id: `a:${account}`, account, r: 3};
    seen.set(account, node);
    nodes.push(node);
  };
  for (const cluster of shown) cluster.accounts.slice(0, quota(cluster)).forEach(add);
  for (const cluster of shown) cluster.accounts.forEach(add); // accounts of several clusters left some room
  for (const hub of hubs)
    for (const account of hub.cluster.accounts)
      if (seen.has(account)) links.push({source: seen.get(account), target: hub});
  return {nodes, links, all: new Set(clusters.flatMap(cluster => cluster.accounts)).size + clusters.length};
}

/** Gives nodes their old places, or begins with clusters on a circle and members around them. */
function place({nodes, links}, old) {
  const hubs = nodes.filter(node => node.cluster);
  hubs.forEach((hub, i) => {
    const angle = 2.4 * i;
    const away = 60 + 200 * Math.sqrt(i / Math.max(1, hubs.length));
    Object.assign(hub, {x: WIDTH / 2 + away * Math.cos(angle) * 1.3, y: HEIGHT / 2 + away * Math.sin(angle)});
  });
  links.forEach(({source, target}, i) => {
    source.x ??= target.x + 25 * Math.cos(2.4 * i);
    source.y ??= target.y + 25 * Math.sin(2.4 * i);
  });
  for (const node of nodes) Object.assign(node, {x: old.get(node.id)?.x ?? node.x, y: old.get(node.id)?.y ?? node.y});
}

function arrange(clusters) {
  const key = clusters.map(cluster => `${cluster.id}:${cluster.size}`).join();
  if (layout.key === key) return layout;
  const old = new Map(layout.nodes.map(node => [node.id, node]));
  layout = {key, ...choose(clusters)};
  place(layout, old);
  settle(layout, 22, -14);
  return layout;
}

/**
 * Moves nodes to their places.
 * @param {{nodes: any[], links: any[]}} graph nodes with a radius `r`
 * @param {number} distance length of a link, before the picture is filled
 * @param {number} charge below 0: nodes push each other away
 */
export function settle({nodes, links}, distance, charge) {
  const simulation = force
    .forceSimulation(nodes)
    .force('link', force.forceLink(links).distance(distance).strength(0.7))
    .force('charge', force.forceManyBody().strength(charge).distanceMax(220))
    .force('x', force.forceX(WIDTH / 2).strength(0.05))
    .force('y', force.forceY(HEIGHT / 2).strength(0.07))
    .force(
      'collide',
      force.forceCollide(node => node.r + 1.5),
    )
    .alphaDecay(1 - 0.001 ** (1 / TICKS))
    .stop();
  simulation.tick(TICKS);
  fit(nodes);
}

/** Moves and scales nodes so that they fill the picture. */
function fit(nodes) {
  const edge = (axis, side) => side(...nodes.map(node => node[axis] + (side === Math.min ? -node.r : node.r)));
  const [left, right, top, bottom] = [
    edge('x', Math.min),
    edge('x', Math.max),
    edge('y', Math.min),
    edge('y', Math.max),
  ];
  const scale = Math.min(2.2, (WIDTH - 24) / (right - left), (HEIGHT - 24) / (bottom - top));
  for (const node of nodes) {
    node.x = WIDTH / 2 + (node.x - (left + right) / 2) * scale;
    node.y = HEIGHT / 2 + (node.y - (top + bottom) / 2) * scale;
  }
}

/** Ring of a cluster: an arc for each standing of its members. The higher the standing, the wider the arc. */
function ring({x, y, r, cluster}) {
  const parts = standingsOf(cluster);
  const sum = parts.reduce((all, [, value]) => all + value, 0);
  let from = 0;
  return parts.map(([name, value]) => {
    const to = from + value / sum;
    const width = 1 + 1.5 * Math.max(0, LADDER.indexOf(name));
    const d = arc(x, y, r + width / 2, from, to);
    from = to;
    return svg`<path class="arc s-${LADDER.includes(name) ? name : 'unknown'}" d=${d} stroke-width=${width}/>`;
  });
}

function arc(x, y, r, from, to) {
  const at = turn =>
    `${(x + r * Math.sin(2 * Math.PI * turn)).toFixed(1)} ${(y - r * Math.cos(2 * Math.PI * turn)).toFixed(1)}`;
  const half = (from + to) / 2; // a whole circle needs two arcs
  return `M${at(from)}A${r} ${r} 0 0 1 ${at(half)}A${r} ${r} 0 0 1 ${at(to)}`;
}

/** Names of the standings, with the number of members in all clusters. */
function legend(clusters) {
  const sums = {};
  for (const cluster of clusters)
    for (const [name, value] of standingsOf(cluster)) sums[name] = (sums[name] ?? 0) + value;
  const entries = standingsOf({standings: sums});
  return entries.length
    ? html`<ul class="legend">
        ${entries.map(([name, value]) => html`<li>${standing(name)} <b>${count(value)}</b></li>`)}
      </ul>`
    : nothing;
}

/** Returns the picture of a graph: links, accounts, and the other nodes above them. @param {{nodes: any[], links: any[]}} graph @param {string} label @param {unknown} above */
export const drawing = ({nodes, links}, label, above) =>
  html`<svg class="graph" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="group" aria-label=${label}>
    <path
      class="links"
      d=${links.map(link => `M${link.source.x.toFixed(1)} ${link.source.y.toFixed(1)}L${link.target.x.toFixed(1)} ${link.target.y.toFixed(1)}`).join('')}
    />
    ${nodes.filter(node => node.account).map(node => svg`<circle class="member" cx=${node.x.toFixed(1)} cy=${node.y.toFixed(1)} r=${node.r}><title>${visible(node.account).slice(0, 80)}</title></circle>`)}
    ${above}
  </svg>`;

const hubs = nodes =>
  nodes
    .filter(node => node.cluster)
    .map(
      node => svg`<a href="#/clusters/${encodeURIComponent(node.cluster.id)}" tabindex="-1"><circle class="hub" cx=${node.x.toFixed(1)} cy=${node.y.toFixed(1)} r=${node.r.toFixed(1)}><title>${visible(node.cluster.id)}: ${node.cluster.size} accounts, ${odds(node.cluster.evidence)}${node.cluster.standings ? `; ${standingsInWords(node.cluster)}` : ''}</title></circle>${ring(node)}
      <text x=${node.x.toFixed(1)} y=${(node.y + 4).toFixed(1)} text-anchor="middle">${visible(node.cluster.id).slice(0, 8)}</text></a>`,
    );

let memo = {};

/** Returns the picture, which is drawn once for each answer of the gateway. */
function once(of, clusters) {
  if (memo.of !== of) {
    const graph = arrange(clusters);
    const label = 'Clusters and their accounts; the table beside has the same';
    memo = {of, drawn: html`${drawing(graph, label, hubs(graph.nodes))}${legend(clusters)}`};
  }
  return memo.drawn;
}

/** Draws the page. */
export function view() {
  const list = use('/clusters', 30);
  const clusters = parts(list.data).flatMap(([, part]) => (Array.isArray(part) ? part : []));
  const picture = clusters.length ? once(list.data, clusters) : empty('No cluster was found.');
  return html`<h1>Graph</h1>
    <p class="lead">
      Large circles are clusters, small ones their accounts. An account between two clusters belongs to both. The ring of
      a cluster shows the standings of its members: the higher a standing, the wider its part of the ring. The page of a
      cluster draws the traits that its accounts share.
    </p>
    <div class="beside">
      ${panel('Picture', picture, {path: '/clusters', entry: list, note: layout.all > layout.nodes.length ? `${count(layout.nodes.length)} of ${count(layout.all)} nodes are drawn` : nothing})}
      ${panel(
        'Accounts in clusters',
        table(
          'Accounts in clusters',
          [
            {name: 'Account', cell: row => accountLink(row.account), by: row => row.account},
            {name: 'Cluster', cell: row => clusterLink(row.cluster), by: row => row.cluster},
            {name: 'Evidence', num: true, cell: row => row.evidence.toFixed(1), by: row => row.evidence},
            {name: 'Its standings', cell: row => row.standings, by: row => row.standings},
          ],
          rowsOnce(list.data, clusters),
          {sorted: [2, true]},
        ),
        {path: '/clusters', entry: list},
      )}
    </div>`;
}

let kept = {};

/** Returns the rows of the table, which are made once for each answer of the gateway. */
function rowsOnce(of, clusters) {
  if (kept.of !== of) {
    const rows = clusters.flatMap(cluster => {
      const shared = {cluster: cluster.id, evidence: cluster.evidence, standings: standingsInWords(cluster)};
      return cluster.accounts.map(account => ({account, ...shared}));
    });
    kept = {of, rows};
  }
  return kept.rows;
}
