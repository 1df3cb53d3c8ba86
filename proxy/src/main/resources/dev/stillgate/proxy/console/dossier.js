/** Dossier of a cluster: everything that an operator needs to judge it, and what to press. */
import {html, nothing, panel, accountLink, ago, bar, brief, facts, figure, standing, text, time, empty, waiting} from './widgets.js';
import {count, millis, odds, plural, short, when, words} from './format.js';
import {chart, columns, evidence, hours, shares} from './charts.js';
import {table} from './table.js';
import {capability, family, linkMeans, sharedKey, signal, standingMeans, trait} from './explain.js';
import {judgeCluster, orderButton, pin, unpin} from './actions.js';
import {counted, read, thresholds} from './dossier-data.js';
import {advice, against, headline, markdown, sure, unseen, what} from './dossier-words.js';
import {gatewayNow, mayWrite} from './net.js';

const ABSENT = 'This gateway does not report it.';

function download(d, path) {
  const url = URL.createObjectURL(new Blob([markdown(d, location.origin + path)], {type: 'text/markdown'}));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = `dossier-${String(d.id).replace(/[^\w-]/g, '_').slice(0, 40)}.md`;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function verdict(d, path) {
  const {press, because} = advice(d);
  const done = verb => verb === press || (verb === 'Confirm' && press === 'Confirm again');
  return html`<section class="verdict" aria-label="Summary"><div class="gist"><p class="what">${text(what(d), 600)}</p>
    <p class="sure"><b>${headline(d)}.</b> ${sure(d).replace(/^[^:]+: /, '').replace(/^./, c => c.toUpperCase())}</p>
    <p class="advice"><b>Advice: ${press}</b>, because ${because}</p></div>
    <div class="buttons">${orderButton('Confirm: one actor', () => judgeCluster('confirm', d), done('Confirm') ? 'primary' : '')}
      ${orderButton('Refute: innocent', () => judgeCluster('refute', d), press === 'Refute' ? 'primary' : '')}
      ${orderButton('Set standing', () => pin('clusters', d.id))}${orderButton('Take set standing back', () => unpin('clusters', d.id))}
      ${mayWrite() ? nothing : html`<p class="note">This console is read-only: the buttons show the command.</p>`}</div>
    <p class="exports"><a class="button" href=${path} download="dossier.json">JSON</a>
      <button type="button" @click=${() => download(d, path)}>Markdown</button><button type="button" @click=${() => print()}>Print</button></p></section>`;
}

function proof(d) {
  const limits = thresholds();
  const kinds = counted(d);
  const rows = [...kinds.map(each => ({label: family(each.name)[0], name: html`${family(each.name)[0]}${each.leading ? html` <span class="note">leads</span>` : nothing}`, value: each.value, counted: each.value < 0 ? undefined : each.counted})),
    ...(d.links ?? []).map(link => ({label: link.name, name: html`${brief(link.name, 24)} <span class="note">link</span>`, value: link.weight})),
    {label: 'Total', name: 'Total', value: d.evidence, total: true}];
  const capped = kinds.some(each => each.value > 0 && each.counted < each.value - 0.05);
  return html`${chart(`Evidence by kind; total ${d.evidence.toFixed(1)}, ${odds(d.evidence)}`,
    evidence(rows, [{name: 'marked', at: limits.marked}, {name: 'tightened', at: limits.tightened}]),
    ['Kind', 'Evidence', 'Counted', 'Odds'], () => rows.map(row => [row.label, row.value.toFixed(2), (row.counted ?? row.value).toFixed(2), odds(row.value)]))}
    <p class="note">Each step to the right makes one actor ten times as likely as independent customers. The dashed lines are the thresholds of the policy.
      ${kinds.some(each => each.value < 0) ? html` Bars to the left speak against one actor; the total leaves them out.` : nothing}
      ${capped ? html` Solid bars count. Paler bars do not: next to the leading kind, the others together count at most half as much, since users of one product resemble each other.` : nothing}</p>
    <ul class="reasons">${(d.reasons ?? []).map(name => html`<li class=${name === 'office' ? 'pro' : ''}><b>${signal(name)[0]}</b> <span class="note">${signal(name)[1]}</span></li>`)}</ul>`;
}

const sentences = (list, none) => list.length ? html`<ul class="plainlist">${list.map(each => html`<li>${text(each, 300)}</li>`)}</ul>` : empty(none);

/** Returns the bars of a histogram. @param {string} name @param {Record<string, number>} values @param {(key: string) => unknown} [label] */
export function histogram(name, values, label = key => brief(key)) {
  const entries = Object.entries(values ?? {}).sort((a, b) => b[1] - a[1]);
  const sum = entries.reduce((all, [, value]) => all + value, 0) || 1;
  const row = ([key, value]) => html`<tr><th scope="row">${label(key)}</th><td>${bar(value / sum)}</td><td class="n">${short(value)}</td></tr>`;
  if (!entries.length) return nothing;
  return html`<div class="histogram"><h3>${name} <span class="note">${count(entries.length)}</span></h3><table><caption class="vh">${name} by requests</caption><thead class="vh"><tr><th scope="col">Value</th><th scope="col">Share</th><th scope="col">Requests</th></tr></thead>
    <tbody>${entries.slice(0, 6).map(row)}</tbody></table>
    ${entries.length > 6 ? html`<details><summary>${count(entries.length - 6)} more<span class="vh"> ${name}</span></summary><table><caption class="vh">More ${name}</caption><tbody>${entries.slice(6).map(row)}</tbody></table></details>` : nothing}</div>`;
}

function strip({members, others}) {
  const ends = [members.mean - 2 * members.deviation, members.mean + 2 * members.deviation, others.mean - 2 * others.deviation, others.mean + 2 * others.deviation];
  const low = Math.min(...ends);
  const size = Math.max(...ends) - low || 1;
  const x = value => `${(100 * (value - low) / size).toFixed(1)}%`;
  const range = ({mean, deviation}, y, kind) => html`<svg class="layer"><rect class=${kind} x=${x(mean - deviation)} y=${y} width="${(200 * deviation / size).toFixed(1)}%" height="5"/><rect class="${kind} mid" x=${x(mean)} y=${y - 1.5} width="2" height="8"/></svg>`;
  return html`<div class="strip" aria-hidden="true">${range(members, 3, 'for')}${range(others, 13, 'other')}</div>`;
}

function traits(d) {
  const rows = Object.entries(d.signals ?? {}).flatMap(([name, {family: kind, traits: all}]) => Object.entries(all).map(([key, spread]) => {
    const wide = Math.max(spread.others.deviation, 1e-3);
    return {signal: name, kind, key, ...spread, shift: (spread.members.mean - spread.others.mean) / wide, tight: spread.members.deviation / wide};
  })).filter(row => row.members.accounts && row.others.accounts);
  return rows.length ? html`<p class="note">Upper line: members; lower line: ${count(Math.max(...rows.map(row => row.others.accounts)))} other accounts. Each line is one standard deviation to both sides of the mean.
    A short line far from the other one binds the group.</p>${table('Traits of members beside those of other accounts', [
    {name: 'Trait', cell: row => trait(row.key), by: row => trait(row.key)}, {name: 'Kind', cell: row => family(row.kind)[0], by: row => row.kind},
    {name: 'Members, others', cell: strip},
    {name: 'Members', num: true, cell: row => `${row.members.mean.toFixed(2)} ± ${row.members.deviation.toFixed(2)}`, by: row => row.members.mean},
    {name: 'Others', num: true, cell: row => `${row.others.mean.toFixed(2)} ± ${row.others.deviation.toFixed(2)}`, by: row => row.others.mean},
    {name: 'Difference', num: true, gloss: 'in standard deviations of other accounts', cell: row => row.shift.toFixed(1), by: row => Math.abs(row.shift)},
  ], rows, {sorted: [5, true]})}` : empty(ABSENT);
}

function ledger(d) {
  if (!d.ledger) return empty('No filter marks responses, so a trained model could not be recognised.');
  const keys = d.ledger.keys ?? [];
  return keys.length ? html`<p class="note">Prose of marked accounts carries a secret word pattern. A model trained on it can be recognised later; the ledger proves when the key was fixed.</p>
    ${table('Keys of the marks', [{name: 'Key', cell: row => text(row.key), by: row => row.key}, {name: 'Marked responses', num: true, cell: row => count(row.answers), by: row => row.answers},
      {name: 'Places', num: true, gloss: 'places in the text where the key selects a wording', cell: row => count(row.sites), by: row => row.sites},
      {name: 'In the ledger', cell: row => row.committed ? 'yes' : 'not yet'}, ...(keys.some(row => row.p != null) ? [{name: 'Test', cell: row => row.p != null ? `p = ${row.p}` : '–'}] : [])], keys)}
    ${d.ledger.tests?.length ? table('Tests of suspect models', [{name: 'Tested', cell: row => time(row.at)}, {name: 'Model', cell: row => text(row.suspect ?? row.model)}, {name: 'p', num: true, cell: row => row.p}, {name: 'Result', cell: row => text(row.result ?? row.verdict)}], d.ledger.tests)
    : html`<p class="note">No suspect model was tested yet: <code>stillgate canary verify --key ${keys[0].key} --suspect FILE</code></p>`}` : empty('No response of this cluster carries a mark yet.');
}

const rejected = list => table('Refused requests', [{name: 'Reason', cell: row => text(row[0]), by: row => row[0]}, {name: 'Requests', num: true, cell: row => count(row[1]), by: row => row[1]}], Object.entries(list ?? {}), {sorted: [1, true]});

const members = d => table(`Members of cluster ${d.id}`, [
  {name: 'Account', cell: row => accountLink(row.account), by: row => row.account}, {name: 'Standing', cell: row => standing(row.standing), by: row => row.standing},
  {name: 'Exchanges', num: true, cell: row => count(row.exchanges), by: row => row.exchanges}, {name: 'Share', cell: row => bar(row.share), by: row => row.share},
  {name: 'Last seen', cell: row => ago(row.lastSeen), by: row => millis(row.lastSeen)},
], d.members, {sorted: [2, true], more: d.size > d.members.length ? `${count(d.size)} accounts in all` : ''});

function body(d, path, entry) {
  const from = {path, entry};
  const seen = d.sinceFound ?? {};
  return html`<p class="printed">As of ${new Date(gatewayNow()).toISOString().slice(0, 19).replace('T', ' ')} UTC · revision ${d.revision} · ${location.origin}${path} · counts and hashes only</p>${verdict(d, path)}
    <dl class="figures">${figure('Accounts', count(d.size))}${figure('Evidence', d.evidence.toFixed(1), odds(d.evidence))}${figure('Exchanges', short(d.exchanges))}
      ${figure('First seen', when(d.firstSeen, 'day'))}${figure('Found', ago(d.since))}${figure('Last seen', ago(d.lastSeen))}${figure('Revision', count(d.revision))}</dl>
    ${panel('Evidence', proof(d), from)}
    <div class="two">${panel('Counter-evidence', sentences(against(d), 'Nothing that was measured speaks for the accounts.'), from)}
      ${panel('Looked for and not seen', sentences(unseen(d), 'Everything that was looked for was seen.'), from)}
      ${panel('Text since it was found', html`${shares([{name: 'Refused (estimate)', value: d.text?.tokensRefused ?? 0, kind: 'refused'}, {name: 'Marked', value: d.text?.tokensMarked ?? 0, kind: 'marked'}, {name: 'Free', value: d.text?.tokensFree ?? 0, kind: 'free'}])}
        <p class="note">Output tokens. Refused text never left. Marked prose left and testifies. The rest left without a mark.</p>`, from)}
      ${panel('Standings of the members', html`<dl class="keyed">${Object.entries(d.standings ?? {}).map(([name, value]) => html`<div><dt>${standing(name)} <span class="note">${standingMeans(name)}</span></dt><dd>${count(value)}</dd></div>`)}</dl>
        ${Object.keys(d.labels ?? {}).length ? facts(Object.entries(d.labels).map(([name, value]) => [`${words(name)} by operators`, count(value)])) : html`<p class="note">No member was judged by an operator.</p>`}`, from)}
      ${panel('What the prompts ask for', html`<table class="bars"><caption class="vh">Share of prompts by what they ask for</caption><tbody>${Object.entries(d.capabilities ?? {}).sort((a, b) => b[1] - a[1]).map(([name, share]) =>
    html`<tr><th scope="row" title=${capability(name)[1]}>${capability(name)[0]}</th><td>${bar(share)}</td></tr>`)}</tbody></table>${d.techniques?.length ? html`<p class="note">MITRE ATLAS: ${d.techniques.map(each => text(each.id ?? each)).reduce((all, each) => html`${all}, ${each}`)}</p>` : nothing}`, from)}
      ${panel('In common', Object.keys(d.inCommon ?? {}).length || d.links?.length ? html`<table class="bars"><caption class="vh">Values that members share</caption><tbody>${Object.entries(d.inCommon ?? {}).map(([name, {value, accounts}]) =>
    html`<tr><th scope="row">${sharedKey(name)} <code>${brief(value)}</code></th><td>${bar(accounts / d.size, `${count(accounts)} of ${count(d.size)}`)}</td></tr>`)}</tbody></table>
      ${(d.links ?? []).map(link => html`<p class="note">Link ${brief(link.name)}: ${linkMeans(link.kind)}, ${plural(link.accounts, 'account')}, weight ${link.weight}.</p>`)}
      <p class="note">Digits are keyed hashes. Equal values select accounts to compare; they are no evidence.</p>` : empty('No value is shared by a tenth of the members.'), from)}
      ${panel('Origin and software', html`<div class="histograms">${histogram('Countries', seen.countries)}${histogram('Networks', seen.asns)}${histogram('Clients', seen.clients)}${histogram('Models', seen.models)}</div><p class="note">Requests since the cluster was found: ${count(seen.exchanges)}, with ${short(seen.inputTokens)} input and ${short(seen.outputTokens)} output tokens.</p>`, {...from, wide: true})}
      ${panel('Sign-ups over time', d.signUps ? columns('Accounts created a day', d.signUps.map(each => ({label: when(each.day ?? each.at, 'day'), value: each.accounts ?? each.count}))) : empty(ABSENT), from)}
      ${panel('Refusals', d.refusals ? rejected(d.refusals) : empty(ABSENT), from)}
      ${panel('Hours of the accounts', d.hours?.length ? hours('Conversations by account and hour of the day', d.hours.slice(0, 60).map(each => ({label: each.account, values: each.counts ?? each.hours}))) : empty(ABSENT), {...from, wide: true})}</div>
    ${panel('Traits', traits(d), from)}${panel('Marks and ledger', ledger(d), {path: d.ledger?.keys ? '/canary' : path})}
    ${panel('Timeline', html`<ol class="timeline" tabindex="0" aria-label="Timeline, newest first">${[...(d.timeline ?? [])].reverse().map(each => html`<li>${time(each.at)} <span>${text(each.what, 160)}</span></li>`)}</ol>`, from)}
    ${panel('Members', members(d), {...from, command: `stillgate review show ${d.id}`})}`;
}

/** Draws the page. @param {{id: string}} route */
export function view({id}) {
  const {entry, path, d} = read(id);
  return html`<article class="dossier"><h1>Cluster ${brief(id)}</h1>
    ${d ? body(d, path, entry) : waiting(entry)}</article>`;
}
