/** Dossier of a cluster: everything that an operator needs to judge it, and what each order does. */
import {html, nothing, panel, accountLink, ago, bar, brief, facts, figure, text, time, waiting} from './widgets.js';
import {count, millis, plural, short, when} from './format.js';
import {capability} from './explain.js';
import {read, thresholds} from './dossier-data.js';
import {proof} from './dossier-evidence.js';
import {standings, timeline} from './dossier-history.js';
import {joins} from './dossier-joins.js';
import {markdown} from './dossier-markdown.js';
import {members} from './dossier-members.js';
import {decisions} from './dossier-orders.js';
import {among, fate, hours, ledger, origin, signUps} from './dossier-panels.js';
import {common, parts} from './dossier-parts.js';
import {ties} from './dossier-ties.js';
import {traits} from './traits.js';
import {
  HONEST_GROUPS,
  advice,
  against,
  divided,
  headline,
  sure,
  toAsk,
  unknown,
  unseen,
  weakens,
  what,
} from './dossier-words.js';
import {gatewayNow} from './net.js';

const sentences = (list, none) =>
  list.length
    ? html`<ul class="plainlist">
        ${list.map(each => html`<li>${text(each, 400)}</li>`)}
      </ul>`
    : html`<p class="note">${none}</p>`;

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

const QUIET = 6 * 36e5;

/** Returns whether the members are active, beside the other accounts. @param {any} d */
function activity(d) {
  const last = millis(d.lastSeen);
  if (last == null) return nothing;
  const at = millis(d.at) ?? gatewayNow();
  const others = millis(d.others?.lastSeen);
  if (at - last < QUIET) return html`<p><b>Active:</b> last request of a member ${time(last)} (${ago(last)}).</p>`;
  return html`<p>
    <b>Quiet:</b> no request of any member since ${time(last)} (${ago(last)}).
    ${
      others == null
        ? nothing
        : others - last > QUIET / 6
          ? html`Other accounts went on, until ${time(others)}.`
          : html`The last request of any other account was at ${time(others)} too, so all traffic ended then, not only
            theirs.`
    }
  </p>`;
}

function looking(d) {
  const ask = toAsk(d);
  return html`<ul class="plainlist">
    <li>Rule out ${HONEST_GROUPS.map((each, i) => html`${i ? (i === HONEST_GROUPS.length - 1 ? ', and ' : ', ') : nothing}${each}`)}: they act as one too.</li>
    <li>
      Read what speaks against one actor${d.parts?.length > 1 ? ', and whether the parts belong together' : ''}.
    </li>
    <li>
      Ask the customers of
      ${ask.map((account, i) => html`${i ? ', ' : nothing}${accountLink(account)}`)}${d.parts?.length > 1 ? ' (the busiest of each part)' : ' (the busiest)'},
      by the contact that you have for them, without naming this page: What do you use the key for? Who wrote and who
      runs the program? Who else has keys for the same work, and who pays for them? Equal or evasive answers speak for one
      actor, different and checkable ones against.
    </li>
  </ul>`;
}

function verdict(d, path) {
  const {press, because, look} = advice(d);
  const contra = [...against(d), ...weakens(d)];
  return html`<section class="verdict" aria-label="Summary">
    <div class="gist">
      <div>
      <p class="what">${text(what(d), 700)}</p>
      ${divided(d) ? html`<p>${divided(d)} See <a href="#h-parts-and-what-ties-them" @click=${jump}>Parts</a>.</p>` : nothing}
      ${activity(d)}
      <p class="sure">
        <b>${headline(d)}.</b> ${sure(d)
          .replace(/^[^:]+: /, '')
          .replace(/^./, c => c.toUpperCase())}
      </p>
      </div>
      <div>
      <div class="contra">
        <p><b>Against it:</b>${contra.length ? nothing : ' nothing that was measured.'}</p>
        ${contra.length ? sentences(contra.slice(0, 3), '') : nothing}
        ${contra.length > 3 ? html`<p class="note">and ${plural(contra.length - 3, 'point')} more below</p>` : nothing}
      </div>
      <div class="advice">
        <p><b>Advice: ${press}</b>, because ${because}</p>
        ${look ? looking(d) : nothing}
      </div>
      </div>
    </div>
    <h2>Decide</h2>
    ${decisions(d)}
    <p class="exports">
      <a class="button" href=${path} download="dossier.json">JSON</a>
      <button type="button" @click=${() => download(d, path)}>Markdown</button
      ><button type="button" @click=${() => print()}>Print</button>
    </p>
  </section>`;
}

/** Goes to a part of the page without changing the route. */
function jump(event) {
  event.preventDefault();
  document.getElementById(event.target.getAttribute('href').slice(1))?.scrollIntoView({block: 'start'});
}

const signing = html`<div class="signing">
  <p><b>Decision:</b> ☐ confirm ☐ refute ☐ set standing to: ________________ ☐ look again on: ________________</p>
  <p>Reason: ________________________________________________________________________________</p>
  <p>Name: ________________________ Date: ________________ Second name: ________________________</p>
</div>`;

const kinds = d =>
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
                <th scope="row">
                  ${capability(name)[0]} <span class="note">${capability(name)[1]}</span>
                </th>
                <td>${bar(share)}</td>
              </tr>`,
          )}
      </tbody>
    </table>
    <p class="note">Of all prompts of the members on record, since they were first seen; counts fade after three weeks.</p>
    ${
      d.techniques?.length
        ? html`<h3>Techniques of MITRE ATLAS that fit</h3>
            <ul class="plainlist">
              ${d.techniques.map(each => html`<li>${text(`${each.id ?? each} ${each.name ?? ''}`)}: <span class="note">${text(each.because ?? '', 200)}</span></li>`)}
            </ul>`
        : nothing
    }`;

const WORDS = [
  ['Conversation', 'begins with a prompt that continues no earlier one. Amounts of an account are counted in these.'],
  ['Prompt', 'a request with text for a model; a conversation can have several.'],
  ['Request', 'every call of the API, with its response; counted by country, network and client since the cluster was found.'],
  ['Kind of evidence', 'timing, content and network are measured apart, since tests of one kind depend on each other.'],
  ['Standing', 'a step of the ladder from clear to blocked; it decides what the requests of an account meet.'],
  ['Verified', 'the accounts file says that the customer’s identity was checked.'],
  ['Revision', 'number of changes of the members; an order on an older one is refused.'],
];

function body(d, path, entry) {
  const from = {path, entry};
  const limits = thresholds(d);
  return html`<p class="printed">
      As of ${when(d.at ?? gatewayNow(), 'full')} · revision ${d.revision} · ${location.origin}${path} · counts and hashes
      only
    </p>
    ${verdict(d, path)}
    <dl class="figures">
      ${figure('Accounts', count(d.size))}${figure('Evidence', d.evidence.toFixed(1), `powers of ten; marked from ${limits.marked}`)}${figure('Conversations', short(d.exchanges))}
      ${figure('First seen', time(d.firstSeen, 'day'))}${figure('Found', time(d.since), ago(d.since))}${figure('Last request', time(d.lastSeen), ago(d.lastSeen))}${figure('Revision', count(d.revision))}
    </dl>
    ${panel('Evidence', proof(d), {...from, long: true})}
    ${panel(
      'What speaks against one actor',
      html`<div class="beside even">
        <div>
          <h3>Seen</h3>
          ${sentences(against(d), d.counterEvidence ? 'Nothing that was measured speaks for the accounts.' : 'This gateway does not report it.')}
        </div>
        <div>
          <h3>Tested, and not found</h3>
          ${sentences(weakens(d), 'Nothing else.')}
          ${weakens(d).length ? html`<p class="note">One actor’s accounts would often show these, so each weakens the case.</p>` : nothing}
        </div>
      </div>
      <p class="note">
        Numbers in brackets are powers of ten of the odds. Below zero they speak for independent customers; between 0 and 1
        the test says little.
      </p>`,
      from,
    )}
    ${panel('Parts, and what ties them', parts(d), from)}
    ${d.ties ? panel('Shared traits', ties(d), {...from, long: true}) : nothing}
    ${d.joinOutlook ? panel('Accounts that join later', joins(d), {...from, long: true}) : nothing}
    ${panel('Standings of the members', standings(d), {...from, long: true})} ${signing}
    <div class="two">
      ${panel('What the prompts ask for', kinds(d), from)} ${panel('Text since it was found', fate(d), from)}
      ${panel('In common', common(d), from)}
      ${d.amongMembers ? panel('Networks and clients of the members', among(d), from) : nothing}
      ${panel('Origin and software', origin(d), {...from, wide: true})}
      ${panel('Sign-ups over time', signUps(d), from)}
      ${panel('Marks and ledger', ledger(d), {path: d.ledger?.keys ? '/canary' : path})}
      ${panel('Hours of the accounts', hours(d), {...from, wide: true})}
      ${panel('Looked for and not seen', sentences(unseen(d), 'Everything that was looked for was seen.'), {...from, note: 'These neither weaken nor strengthen the case by themselves.'})}
      ${panel('Not known', sentences(unknown(d), 'Nothing: all that is looked for was measured.'), from)}
    </div>
    ${panel('Traits', traits(d), from)}
    ${panel('Timeline', timeline(d), from)}
    ${panel('Members', members(d), {...from, command: `stillgate admin GET /clusters/${d.id}`})}
    ${panel('Words on this page', facts(WORDS))}`;
}

/** Draws the page. @param {{id: string}} route */
export function view({id}) {
  const {entry, path, d} = read(id);
  return html`<article class="dossier">
    <h1>Cluster ${brief(id)}</h1>
    ${d ? body(d, path, entry) : waiting(entry)}
  </article>`;
}
