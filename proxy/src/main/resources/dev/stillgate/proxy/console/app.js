/** Entry: routes, the frame around the pages, sign-in, keyboard, and the state of the connection. */
import {render} from './lib/lit-html.js';
import {html, nothing, time, visible} from './widgets.js';
import {duration, isUtc, showUtc} from './format.js';
import {
  beginView,
  deafen,
  gatewayNow,
  invalidate,
  learnTime,
  link,
  listen,
  mayWrite,
  offline,
  onChange,
  refreshDue,
  use,
} from './net.js';
import {dialog, onDraw} from './actions.js';
import {refreshTip, showTips} from './tip.js';
import * as now from './now.js';
import * as review from './review.js';
import * as orderList from './order-list.js';
import * as clusters from './clusters.js';
import * as dossier from './dossier.js';
import * as graph from './graph.js';
import * as account from './account.js';
import * as limits from './limits.js';
import * as policy from './policy.js';
import * as whatIf from './whatif.js';
import * as tailing from './tail.js';
import * as system from './system.js';

/** Navigation: name of the route, heading, key after g, module. */
const PAGES = [
  ['now', 'Now', 'n', now],
  ['review', 'Review', 'r', review],
  ['orders', 'Orders', 'o', orderList],
  ['clusters', 'Clusters', 'c', clusters],
  ['graph', 'Graph', 'g', graph],
  ['accounts', 'Accounts', 'a', account],
  ['limits', 'Limits', 'l', limits],
  ['policy', 'Policy', 'p', policy],
  ['what-if', 'What if', 'w', whatIf],
  ['tail', 'Live tail', 't', tailing],
  ['system', 'System', 's', system],
];

let route = {name: 'now', id: null};
let queued = false;
let helping = false;
let pressed = '';
let pressedAt = 0;

function readRoute() {
  const [name, id] = location.hash.replace(/^#\/?/, '').split('/');
  let decoded = null;
  try {
    decoded = id ? decodeURIComponent(id) : null;
  } catch {
    /* not a valid escape: the page says that nothing is known */ decoded = id;
  }
  return {name: name || 'now', id: decoded};
}

const moduleOf = ({name, id}) => (name === 'clusters' && id ? dossier : PAGES.find(page => page[0] === name)?.[3]);

/** Draws the page before the next frame. */
function schedule() {
  if (queued) return;
  queued = true;
  requestAnimationFrame(() => {
    queued = false;
    draw();
  });
}

function theme(next) {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  if (next) {
    document.documentElement.dataset.theme = dark ? 'light' : 'dark';
    localStorage.setItem('theme', document.documentElement.dataset.theme);
  }
  return dark;
}

function zone() {
  showUtc(!isUtc());
  localStorage.setItem('utc', isUtc() ? '1' : '');
  schedule();
}

function connection() {
  const lost = offline();
  const seen = link.at
    ? html`last seen ${time(link.at + link.offset, 'clock')},
        <span class="tick">${duration((Date.now() - link.at) / 1000)} ago</span>`
    : 'never reached';
  return html`<p class="link ${lost ? 'lost' : link.at ? 'live' : ''}">
    <span role="status">${lost ? 'Gateway does not answer' : link.at ? 'Live' : 'Connecting'}</span>
    <span class="note">${lost ? seen : link.at ? time(gatewayNow(), 'clock') : nothing}</span>
  </p>`;
}

/** Label of the sign-in and where the token comes from, by the kind of credential. */
const TOKENS = {
  token: ['Admin token', html`It is the value of <code>admin.token</code> in stillgate.yaml.`],
  operator: ['Your token', html`It is yours alone: stillgate.yaml has its hash and your role.`],
  identity: ['Your access token', html`It is one of your identity provider for this gateway. The session ends with it.`],
};

/** What became of a sign-in, by the query of the page. */
const WRONG = {
  '': 'The token is wrong.',
  403: 'The token is genuine and gives no role here: see admin.identity in stillgate.yaml.',
  503: 'The keys of the identity provider are not known to the gateway yet. Try again soon.',
};

function signIn(session) {
  const [label, source] = TOKENS[session?.credential] ?? TOKENS.token;
  const wrong = new URLSearchParams(location.search).get('wrong');
  return html`<main id="page" class="signin" tabindex="-1">
    <h1>Stillgate console</h1>
    <form method="post" action="/console/session">
      <label>${label} <input type="password" name="token" required autocomplete="current-password" /></label>
      <p class="note">${source} The session ends with the browser or by signing out.</p>
      ${wrong === null ? nothing : html`<p class="answer bad" role="alert">${WRONG[wrong] ?? WRONG['']}</p>`}
      <button class="primary">Sign in</button>
    </form>
  </main>`;
}

/** Says who is signed in, and what this session may do. */
function who(session) {
  const may = mayWrite('admin') ? 'you can change everything' : mayWrite() ? 'you can judge' : 'read-only';
  return html`<span class="mode"
    >${session?.name ? html`${visible(session.name)} · ${session.role} · ` : nothing}${session?.name || !mayWrite() ? may : 'you can change standings'}</span
  >`;
}

const help = () =>
  html`<dialog
    class="help"
    aria-labelledby="help-title"
    @close=${() => {
      helping = false;
    }}
  >
    <h2 id="help-title">Keys</h2>
    <dl class="facts">
      ${PAGES.map(
        ([, title, key]) =>
          html`<div>
            <dt><kbd>g</kbd> <kbd>${key}</kbd></dt>
            <dd>${title}</dd>
          </div>`,
      )}
      <div>
        <dt><kbd>/</kbd></dt>
        <dd>filter the table</dd>
      </div>
      <div>
        <dt><kbd>j</kbd> <kbd>k</kbd></dt>
        <dd>next and previous row with a link</dd>
      </div>
      <div>
        <dt><kbd>u</kbd></dt>
        <dd>times in UTC, or in your zone</dd>
      </div>
      <div>
        <dt><kbd>d</kbd></dt>
        <dd>dark or light</dd>
      </div>
      <div>
        <dt><kbd>r</kbd></dt>
        <dd>read the page again</dd>
      </div>
      <div>
        <dt><kbd>?</kbd></dt>
        <dd>this list</dd>
      </div>
    </dl>
    <form method="dialog"><button>Close</button></form>
  </dialog>`;

function showHelp() {
  helping = true;
  draw();
  document.querySelector('dialog.help').showModal();
}

function frame(session) {
  const page = moduleOf(route);
  return html`<header class="masthead">
      <a class="brand" href="#/now"
        ><svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
          <path d="M7 25V11m6 14V7m6 18V7m6 18V11M5 25h22" /></svg
        >Stillgate</a
      >
      ${connection()}
      <div class="tools">
        ${who(session)}
        <button type="button" class="plain" @click=${zone}>
          Times: ${isUtc() ? 'UTC' : 'my zone'}<span class="vh">, change the zone</span>
        </button>
        <button
          type="button"
          class="plain"
          @click=${() => {
            theme(true);
            schedule();
          }}
        >
          Theme: ${theme() ? 'dark' : 'light'}<span class="vh">, change it</span>
        </button>
        <button type="button" class="plain" aria-label="Keys" @click=${showHelp}>?</button>
        ${session?.needsToken ? html`<form method="post" action="/console/session/end"><button class="plain">Sign out</button></form>` : nothing}
      </div>
    </header>
    <nav aria-label="Pages">
      <ul>
        ${PAGES.map(([name, title]) => html`<li><a href="#/${name}" aria-current=${route.name === name ? 'page' : nothing}>${title}</a></li>`)}
      </ul>
    </nav>
    <main id="page" tabindex="-1">
      ${offline() ? html`<p class="stale">The gateway does not answer. This is what was last seen at ${time(link.at + link.offset, 'full')}.</p>` : nothing}
      ${
        page
          ? page.view(route, schedule)
          : html`<h1>No such page</h1>
              <p><a href="#/now">Now</a></p>`
      }
    </main>
    <footer>
      <p>
        Stillgate ${session?.version ?? ''} · counts and hashes only, no prompt text · <a href="/">all pages as JSON</a>
      </p>
    </footer>
    ${dialog()}${help()}`;
}

function draw() {
  beginView();
  const session = use('/console/session', 60).data;
  const locked = (session?.needsToken && !session.signedIn) || (link.signIn && session?.needsToken !== false);
  render(locked ? signIn(session) : frame(session), document.getElementById('app'));
  refreshTip();
  if (!locked && !document.hidden) listen(route.name === 'tail');
}

function navigate() {
  const before = route;
  route = readRoute();
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close(); // an order is about its page
  draw();
  const title = document.querySelector('main h1')?.textContent.trim().replace(/\s+/g, ' ') ?? '';
  document.title = `${title.slice(0, 80)} · Stillgate`;
  if (before.name !== route.name || before.id !== route.id) {
    scrollTo(0, 0);
    document.getElementById('page')?.focus({preventScroll: true});
    document.querySelector('nav [aria-current]')?.scrollIntoView({block: 'nearest', inline: 'nearest'});
  }
}

function step(direction) {
  const links = [...document.querySelectorAll('main tbody a.id, main .item a.id')];
  const at = links.indexOf(document.activeElement);
  links[
    at < 0 ? (direction > 0 ? 0 : links.length - 1) : Math.max(0, Math.min(links.length - 1, at + direction))
  ]?.focus();
}

function key(event) {
  if (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) ||
    document.querySelector('dialog[open]')
  )
    return;
  const chord = pressed === 'g' && Date.now() - pressedAt < 1500 ? PAGES.find(page => page[2] === event.key) : null;
  pressed = chord ? '' : event.key;
  pressedAt = Date.now();
  const act = chord
    ? () => {
        location.hash = `#/${chord[0]}`;
      }
    : {
        '?': showHelp,
        u: zone,
        d: () => {
          theme(true);
          schedule();
        },
        r: () => {
          invalidate(['/']);
        },
        j: () => step(1),
        k: () => step(-1),
        '/': () => document.querySelector('main input[type=search]')?.focus(),
      }[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

document.documentElement.dataset.theme = localStorage.getItem('theme') ?? '';
if (!localStorage.getItem('theme')) delete document.documentElement.dataset.theme;
showUtc(Boolean(localStorage.getItem('utc')));
onChange(schedule);
onDraw(draw);
showTips();
addEventListener('hashchange', navigate);
addEventListener('keydown', key);
addEventListener('redraw', schedule);
document.addEventListener('visibilitychange', () => (document.hidden ? deafen() : draw()));
setInterval(() => {
  refreshDue();
  if (!document.hidden && !helping && !document.querySelector('dialog[open]')) schedule();
}, 1000);
learnTime(new Date().toISOString());
navigate();
