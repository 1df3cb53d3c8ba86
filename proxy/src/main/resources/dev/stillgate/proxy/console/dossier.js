/** Dossier of a cluster: everything that an operator needs to judge it, and what to press. */
import {html, nothing, panel, ago, bar, brief, facts, figure, standing, text, time, empty, waiting} from './widgets.js';
import {count, odds, plural, short, when, words} from './format.js';
import {chart, shares} from './charts.js';
import {evidence} from './evidence.js';
import {capability, family, linkMeans, sharedKey, signal, standingMeans} from './explain.js';
import {orderButton} from './actions.js';
import {hideCluster, judgeCluster, pin, unpin} from './orders.js';
import {counted, read, thresholds} from './dossier-data.js';
import {among, histogram, hours, ledger, members, refusals, resembling, signUps} from './dossier-panels.js';
import {traits} from './traits.js';
import {advice, against, headline, markdown, sure, unknown, unseen, what} from './dossier-words.js';
import {gatewayNow, mayWrite} from './net.js';

const sentences = (list, none) =>
  list.length
    ? html`<ul class="plainlist">
        ${list.map(each => html`<li>${text(each, 300)}</li>`)}
      </ul>`
    : empty(none);

function download(d, path) {
  const url = URL.createObjectURL(new Blob([markdown(d, location.origin + path)], {type: 'text/markdown'}));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = `dossier-${String(d.id)
    .replace(/[^\w-]/g, '_')
    .slice(0, 40)}.md`;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function verdict(d, path) {
  const {press, because} = advice(d);
  const done = verb => verb === press || (verb === 'Confirm' && /confirm/i.test(press));
  return html`<section class="verdict" aria-label="Summary">
    <div class="gist">
      <p class="what">${text(what(d), 600)}</p>
      <p class="sure">
        <b>${headline(d)}.</b> ${sure(d)
          .replace(/^[^:]+: /, '')
          .replace(/^./, c => c.toUpperCase())}
      </p>
      <p class="advice"><b>Advice: ${press}</b>, because ${because}</p>
    </div>
    <div class="buttons">
      ${orderButton('Confirm: one actor', () => judgeCluster('confirm', d), done('Confirm') ? 'primary' : '')}
      ${orderButton('Refute: innocent', () => judgeCluster('refute', d), press === 'Refute' ? 'primary' : '')}
      ${orderButton(d.hidden ? 'Show in the review queue again' : 'Hide from the review queue', () => hideCluster(d))}
      ${orderButton('Set standing', () => pin('clusters', d.id))}${orderButton('Take set standing back', () => unpin('clusters', d.id))}
      ${mayWrite() ? nothing : html`<p class="note">This console is read-only: the buttons show the command.</p>`}
    </div>
    <p class="exports">
      <a class="button" href=${path} download="dossier.json">JSON</a>
      <button type="button" @click=${() => download(d, path)}>Markdown</button
      ><button type="button" @click=${() => print()}>Print</button>
    </p>
  </section>`;
}

function proof(d) {
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
  const capped = kinds.some(each => each.value > 0 && each.counted < each.value - 0.05);
  return html`${chart(
      `Evidence by kind; total ${d.evidence.toFixed(1)}, ${odds(d.evidence)}`,
      evidence(rows, [
        {name: 'marked', at: limits.marked},
        {name: 'tightened', at: limits.tightened},
      ]),
      ['Kind', 'Evidence', 'Counted', 'Odds'],
      () => rows.map(row => [row.label, row.value.toFixed(2), (row.counted ?? row.value).toFixed(2), odds(row.value)]),
    )}
    <p class="note">
      Each step to the right makes one actor ten times as likely as independent customers. The dashed lines are the
      thresholds of the policy. The odds come from a model of traffic. They leave out what you know of the customers.
      ${kinds.some(each => each.value < 0) ? html` Bars to the left speak against one actor; the total leaves them out.` : nothing}
      ${capped ? html` Solid bars count. Paler bars do not: next to the leading kind, the others together count at most half as much, since users of one product resemble each other.` : nothing}
    </p>
    <ul class="reasons">
      ${(d.reasons ?? []).map(name => html`<li class=${name === 'office' ? 'pro' : ''}><b>${signal(name)[0]}</b> <span class="note">${signal(name)[1]}</span></li>`)}
    </ul>`;
}

function body(d, path, entry) {
  const from = {path, entry};
  const seen = d.sinceFound ?? {};
  return html`<p class="printed">
      As of ${new Date(gatewayNow()).toISOString().slice(0, 19).replace('T', ' ')} UTC · revision ${d.revision} ·
      ${location.origin}${path} · counts and hashes only
    </p>
    ${verdict(d, path)}
    <dl class="figures">
      ${figure('Accounts', count(d.size))}${figure('Evidence', d.evidence.toFixed(1), odds(d.evidence))}${figure('Exchanges', short(d.exchanges))}
      ${figure('First seen', when(d.firstSeen, 'day'))}${figure('Found', ago(d.since))}${figure('Last seen', ago(d.lastSeen))}${figure('Revision', count(d.revision))}
    </dl>
    ${panel('Evidence', proof(d), from)}
    <div class="two">
      ${panel('Counter-evidence', sentences(against(d), 'Nothing that was measured speaks for the accounts.'), from)}
      ${panel(
        'What the prompts ask for',
        html`<table class="bars">
            <caption class="vh">
              Share of prompts by what they ask for
            </caption>
            <tbody>
              ${Object.entries(d.capabilities ?? {})
                .sort((a, b) => b[1] - a[1])
                .map(
                  ([name, share]) =>
                    html`<tr>
                      <th scope="row" title=${capability(name)[1]}>${capability(name)[0]}</th>
                      <td>${bar(share)}</td>
                    </tr>`,
                )}
            </tbody>
          </table>
          ${d.techniques?.length ? html`<p class="note">MITRE ATLAS: ${d.techniques.map(each => html`<span title=${each.because ?? ''}>${text(`${each.id ?? each} ${each.name ?? ''}`)}</span>`).reduce((all, each) => html`${all}, ${each}`)}</p>` : nothing}`,
        from,
      )}
      ${panel(
        'Looked for and not seen',
        html`<div class="flow">
          ${sentences(unseen(d), 'Everything that was looked for was seen.')}${
            unknown(d).length
              ? html`<h3>Not known</h3>
                  ${sentences(unknown(d), '')}`
              : nothing
          }
        </div>`,
        {...from, wide: true},
      )}
      ${panel(
        'Text since it was found',
        html`${shares([
            {name: 'Refused (estimate)', value: d.text?.tokensRefused ?? 0, kind: 'refused'},
            {name: 'Marked', value: d.text?.tokensMarked ?? 0, kind: 'marked'},
            {name: 'Free', value: d.text?.tokensFree ?? 0, kind: 'free'},
          ])}
          <p class="note">
            Output tokens. Refused text never left. Marked prose left and testifies. The rest left without a mark.
          </p>`,
        from,
      )}
      ${panel(
        'Standings of the members',
        html`<dl class="keyed">
            ${Object.entries(d.standings ?? {}).map(
              ([name, value]) =>
                html`<div>
                  <dt>${standing(name)} <span class="note">${standingMeans(name)}</span></dt>
                  <dd>${count(value)}</dd>
                </div>`,
            )}
          </dl>
          ${Object.keys(d.labels ?? {}).length ? facts(Object.entries(d.labels).map(([name, value]) => [`${words(name)} by operators`, count(value)])) : html`<p class="note">No member was judged by an operator.</p>`}`,
        from,
      )}
      ${panel(
        'In common',
        Object.keys(d.inCommon ?? {}).length || d.links?.length
          ? html`<table class="bars">
                <caption class="vh">
                  Values that members share
                </caption>
                <tbody>
                  ${Object.entries(d.inCommon ?? {}).map(
                    ([name, {value, accounts}]) =>
                      html`<tr>
                        <th scope="row">${sharedKey(name)} <code>${brief(value)}</code></th>
                        <td>${bar(accounts / d.size, `${count(accounts)} of ${count(d.size)}`)}</td>
                      </tr>`,
                  )}
                </tbody>
              </table>
              ${(d.links ?? []).map(link => html`<p class="note">Link ${brief(link.name)}: ${linkMeans(link.kind)}, ${plural(link.accounts, 'account')}, weight ${link.weight}.</p>`)}
              <p class="note">
                Digits are keyed hashes. Equal values select accounts to compare; they are no evidence.
              </p>`
          : empty('No value is shared by a tenth of the members.'),
        from,
      )}
      ${panel('Without a response', refusals(d), from)}
      ${panel(
        'Origin and software',
        html`<div class="histograms">
            ${histogram('Countries', seen.countries)}${histogram('Networks', seen.asns)}${histogram('Clients', seen.clients)}${histogram('Models', seen.models)}
          </div>
          <p class="note">
            Requests since the cluster was found: ${count(seen.exchanges)}, with ${short(seen.inputTokens)} input and
            ${short(seen.outputTokens)} output tokens.
          </p>`,
        {...from, wide: true},
      )}
      ${panel('Sign-ups over time', signUps(d), from)}
      ${d.amongMembers ? panel('Networks and clients of the members', among(d), from) : nothing}
      ${d.resembling?.length ? panel('More like these', resembling(d), from) : nothing}
      ${panel('Hours of the accounts', hours(d), {...from, wide: true})}
    </div>
    ${panel('Traits', traits(d), from)}${panel('Marks and ledger', ledger(d), {path: d.ledger?.keys ? '/canary' : path})}
    ${panel(
      'Timeline',
      html`<ol class="timeline" tabindex="0" aria-label="Timeline, newest first">
        ${[...(d.timeline ?? [])].reverse().map(each => html`<li>${time(each.at)} <span>${text(each.what, 160)}</span></li>`)}
      </ol>`,
      from,
    )}
    ${panel('Members', members(d), {...from, command: `stillgate review show ${d.id}`})}`;
}

/** Draws the page. @param {{id: string}} route */
export function view({id}) {
  const {entry, path, d} = read(id);
  return html`<article class="dossier">
    <h1>Cluster ${brief(id)}</h1>
    ${d ? body(d, path, entry) : waiting(entry)}
  </article>`;
}
