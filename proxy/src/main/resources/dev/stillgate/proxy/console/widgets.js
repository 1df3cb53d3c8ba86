/** Small building blocks of the pages, as lit templates. All texts from the gateway pass through `text` or `id`. */
import {html, svg, nothing} from './lib/lit-html.js';
import {count, duration, millis, percent, visible, when} from './format.js';
import {LADDER, standingMeans} from './explain.js';
import {gatewayNow, needsToken} from './net.js';

export {html, svg, nothing, visible};

const LONGEST = 60;
/**
 * Text that a caller may have made: isolated, shortened, with the whole text on demand.
 * @param {unknown} value
 * @param {number} [longest]
 */
export function text(value, longest = LONGEST) {
  const shown = visible(value);
  if (shown.length <= longest) return html`<bdi>${shown}</bdi>`;
  const half = Math.floor(longest / 2) - 1;
  return html`<details class="long">
    <summary>
      <bdi>${shown.slice(0, half)}…${shown.slice(-half)}</bdi>
      <span class="note">${count(shown.length)} characters</span>
    </summary>
    <bdi class="whole">${shown}</bdi>
  </details>`;
}

/** Text of several lines, such as the problems of a file, at most 20. @param {unknown} value */
export const multiline = value =>
  String(value ?? '')
    .split('\n')
    .filter(line => line.trim())
    .slice(0, 20)
    .map(line => html`<span class="textline">${text(line, 300)}</span>`);

/** Text that is cut without a control, for places inside of links and captions. @param {unknown} value @param {number} [longest] */
export function brief(value, longest = 40) {
  const shown = visible(value);
  return html`<bdi title=${shown.slice(0, 2000)}
    >${shown.length <= longest ? shown : `${shown.slice(0, longest - 6)}…${shown.slice(-5)}`}</bdi
  >`;
}

/** Link to a page of an account. @param {string} account */
export const accountLink = account =>
  html`<a class="id" href="#/accounts/${encodeURIComponent(account)}">${brief(account)}</a>`;
/** Link to the dossier of a cluster. @param {string} cluster */
export const clusterLink = cluster =>
  html`<a class="id" href="#/clusters/${encodeURIComponent(cluster)}">${brief(cluster)}</a>`;

/** A time in the chosen zone; `tip.js` shows it in UTC while it has the focus or the pointer. @param {string|number|null} at @param {'full'|'minute'|'clock'|'day'} [form] */
export function time(at, form = 'minute') {
  const value = millis(at);
  if (value == null) return html`<span class="none">–</span>`;
  return html`<time tabindex="0" datetime=${new Date(value).toISOString()}>${when(value, form)}</time>`;
}

/** How long ago a time was, by the gateway's clock. @param {string|number|null} at */
export function ago(at) {
  const value = millis(at);
  if (value == null) return html`<span class="none">–</span>`;
  const seconds = (gatewayNow() - value) / 1000;
  const shown = seconds < -1 ? `in ${duration(-seconds)}` : `${duration(seconds)} ago`;
  return html`<time class="ago" tabindex="0" datetime=${new Date(value).toISOString()}
    ><span class="screen">${shown}</span><span class="paper">${when(value)}</span></time
  >`;
}

/** A standing: its place on the ladder as bars, and its name. @param {string} name */
export function standing(name) {
  const place = LADDER.indexOf(name);
  return html`<span class="standing s-${place < 0 ? 'unknown' : name}" title=${standingMeans(name)}>
    <svg viewBox="0 0 15 10" width="15" height="10" aria-hidden="true">
      ${[1, 2, 3].map(
        step =>
          svg`<rect x=${(step - 1) * 5} y=${7 - step * 2} width="4" height=${3 + step * 2} class=${step <= place ? 'on' : 'off'}/>`,
      )}
    </svg>
    ${place < 0 ? brief(name ?? 'unknown', 20) : name}</span
  >`;
}

/** A bar of a share beside its number. @param {number} share 0 to 1 @param {string} [label] */
export const bar = (share, label) =>
  html`<span class="barred"
    ><svg class="bar" aria-hidden="true" preserveAspectRatio="none" viewBox="0 0 100 8">
      <rect class="track" width="100" height="8" />
      <rect class="fill" width=${Math.max(0, Math.min(100, 100 * (share || 0)))} height="8" />
    </svg>
    <span class="num">${label ?? percent(share)}</span></span
  >`;

/** A figure with its name. @param {string} name @param {unknown} value @param {unknown} [note] */
export const figure = (name, value, note) =>
  html`<div class="figure">
    <dt>${name}</dt>
    <dd>${value}${note ? html` <span class="note">${note}</span>` : nothing}</dd>
  </div>`;

/** List of names with values; entries without a value are left out. @param {[string, unknown][]} entries */
export const facts = entries =>
  html`<dl class="facts">
    ${entries
      .filter(([, value]) => value != null && value !== '')
      .map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
  </dl>`;

const quote = value => `'${String(value).replace(/'/g, `'\\''`)}'`;

/** Returns the curl command of a request. @param {string} path @param {object|null} [body] undefined for a GET, null for an order without a body */
export function curl(path, body) {
  const token = needsToken() ? ' -H "authorization: Bearer $STILLGATE_ADMIN_TOKEN"' : '';
  const url = quote(location.origin + path);
  if (body === undefined) return `curl${token} ${url}`;
  if (body === null) return `curl${token} -X POST ${url}`;
  return `curl${token} -X POST ${url} -H 'content-type: application/json' -d ${quote(JSON.stringify(body))}`;
}

/** Returns a word of a shell command, quoted if need be. @param {string} value */
export const shell = value => (/^[\w.,:@/-]+$/.test(value) ? value : quote(value));

/** Returns the command of an action. @param {string} path @param {object|null} body */
export const adminCommand = (path, body) =>
  ['stillgate admin POST', shell(path)]
    .concat(
      Object.entries(body ?? {}).map(([name, value]) =>
        typeof value === 'string' ? `${name}=${shell(value)}` : `${name}:=${shell(JSON.stringify(value))}`,
      ),
    )
    .join(' ');

/** Commands below each other, each selected as a whole. @param {string[]} lines @param {boolean} [hidden] */
export const commands = (lines, hidden = false) =>
  html`<pre class="command" ?hidden=${hidden} tabindex="0">${lines.map(line => html`<code>${visible(line)}</code>`)}</pre>`;

function showCommand(event) {
  const box = event.target.closest('.panel').querySelector('.command');
  box.hidden = !box.hidden;
  event.target.setAttribute('aria-expanded', String(!box.hidden));
}

/**
 * A panel: heading, content, and where its numbers come from.
 * @param {string} title
 * @param {unknown} content
 * @param {{path?: string, note?: unknown, wide?: boolean, long?: boolean, command?: string, entry?: any, id?: string}} [options] a long one may be divided by pages
 */
export function panel(title, content, {path, note, wide, long, command, entry, id} = {}) {
  const name = id ?? title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return html`<section class="panel ${wide ? 'wide' : ''} ${long ? 'long' : ''}" aria-labelledby="h-${name}">
    <header>
      <h2 id="h-${name}">${title}</h2>
      ${
        path
          ? html`<p class="sources">
              <a href=${path} target="_blank" rel="noopener" aria-label="${title} as JSON">as JSON</a>
              <button
                type="button"
                class="plain"
                aria-expanded="false"
                aria-label="${title} as command"
                @click=${showCommand}
              >
                as command
              </button>
            </p>`
          : nothing
      }
    </header>
    ${path ? commands(command ? [command, curl(path)] : [curl(path)], true) : nothing}
    ${note ? html`<p class="note">${note}</p>` : nothing} ${entry && !entry.data ? waiting(entry) : content}
  </section>`;
}

/** Shown as long as a page has no data. @param {any} entry */
export const waiting = entry =>
  html`<p class="empty">
    ${
      entry.error && entry.status !== 0
        ? text(entry.error, 200)
        : entry.error
          ? 'Not read yet: the gateway does not answer.'
          : 'Reading …'
    }
  </p>`;

/** A sentence in place of a table without rows. @param {string} sentence */
export const empty = sentence => html`<p class="empty">${sentence}</p>`;
