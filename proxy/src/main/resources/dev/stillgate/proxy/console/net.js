/**
 * Access to the gateway: pages that are kept and refreshed while a view shows them, server-sent events, orders.
 * A failed request never removes the data of an earlier one.
 */

const cache = new Map();
const listeners = new Set();
const used = new Set();
const tail = [];
const GRACE = 3000;
const TAIL = 500;

/** State of the connection to the gateway. */
export const link = {ok: false, at: 0, lost: 0, now: null, signIn: false, offset: 0, tailPaused: false};

/** Lines of the access log that came while the tail was open, oldest first. */
export const tailed = tail;

/** Calls a function whenever something changed. @param {() => void} listener */
export const onChange = listener => listeners.add(listener);
const changed = () => listeners.forEach(listener => listener());

function reached() {
  link.ok = true;
  link.at = Date.now();
  link.lost = 0;
}

function failed() {
  if (!link.lost) link.lost = Date.now();
}

/** Returns whether the gateway has not answered for some seconds. */
export const offline = () => link.lost > 0 && Date.now() - link.lost > GRACE;

/** Returns the gateway's time in milliseconds, as far as it is known. */
export const gatewayNow = () => Date.now() + link.offset;

/** Learns the gateway's time. @param {string} iso */
export function learnTime(iso) {
  const time = Date.parse(iso);
  if (!Number.isNaN(time)) link.offset = time - Date.now();
}

/**
 * Returns the kept answer to a GET, and refreshes it as long as views ask for it.
 * @param {string} path
 * @param {number} [every] seconds between two requests
 * @returns {{data: any, at: number, error: string|null, status: number}}
 */
export function use(path, every = 15) {
  let entry = cache.get(path);
  if (!entry) cache.set(path, (entry = {path, data: null, at: 0, error: null, status: 0, busy: false, tried: 0}));
  entry.every = every * 1000;
  used.add(path);
  if (!entry.tried && !entry.busy) load(entry);
  return entry;
}

async function load(entry) {
  entry.busy = true;
  entry.tried = Date.now();
  const before = `${entry.status} ${entry.error}`;
  try {
    const response = await fetch(entry.path, {headers: {accept: 'application/json'}, cache: 'no-store'});
    reached();
    entry.status = response.status;
    const text = await response.text();
    if (response.ok) {
      if (text !== entry.text) {
        entry.text = text;
        entry.data = JSON.parse(text);
      }
      entry.at = Date.now();
      entry.error = null;
      if (entry.path === '/console/session' && !link.now) learnTime(entry.data.time);
    } else {
      entry.error = problem(response.status, text);
      if (response.status === 401) link.signIn = true;
      if (response.status === 404) entry.data = null;
    }
  } catch (error) {
    failed();
    entry.error = error instanceof SyntaxError ? 'the answer is not JSON' : 'the gateway does not answer';
  }
  entry.busy = false;
  if (entry.at === entry.shownAt && before === `${entry.status} ${entry.error}`) return;
  entry.shownAt = entry.at;
  changed();
}

function problem(status, text) {
  try {
    const body = JSON.parse(text);
    return body.error?.message ?? body.error ?? body.message ?? `status ${status}`;
  } catch {
    return text.trim().slice(0, 300) || `status ${status}`;
  }
}

/** Forgets which pages are shown; views name theirs again while they draw. */
export const beginView = () => used.clear();

/** Refreshes what is shown and due. Called every second. */
export function refreshDue() {
  if (document.hidden) return;
  for (const path of used) {
    const entry = cache.get(path);
    if (!entry.busy && Date.now() - entry.tried >= (entry.error ? Math.min(entry.every, 5000) : entry.every))
      load(entry);
  }
}

/** Makes shown pages whose path begins with one of the prefixes due. @param {string[]} prefixes */
export function invalidate(prefixes) {
  for (const entry of cache.values()) {
    if (prefixes.some(prefix => entry.path.startsWith(prefix))) {
      entry.tried = used.has(entry.path) ? Math.min(entry.tried, Date.now() - entry.every + 500) : 0;
    }
  }
}

/** Returns whether requests need a token. */
export const needsToken = () => cache.get('/console/session')?.data?.needsToken === true;

const session = () => cache.get('/console/session')?.data;
const ROLES = ['read', 'review', 'admin'];

/** Returns whether a role includes another one. @param {string|undefined} role @param {string} needed */
const includes = (role, needed) => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** Returns whether this session may give orders that need a role. @param {'review'|'admin'} [needed] */
export const mayWrite = (needed = 'review') => session()?.write === true && includes(session().role, needed);

/** Returns the operator's name, null if the credential does not tell it. */
export const signedName = () => session()?.name ?? null;

/** Says why this session cannot give orders that need a role. @param {'review'|'admin'} [needed] */
export const whyNot = (needed = 'review') =>
  session()?.write === true
    ? `This needs the role ${needed}; ${signedName() ?? 'you'} has the role ${session().role}.`
    : 'This console is read-only.';

/**
 * Sends an order.
 * @param {string} path
 * @param {object|null} body null for an order without a body
 * @returns {Promise<{ok: boolean, status: number, data: any, error: string|null}>}
 */
export async function order(path, body) {
  if (!mayWrite()) return {ok: false, status: 0, data: null, error: whyNot()};
  try {
    const response = await fetch(
      path,
      body === null
        ? {method: 'POST'}
        : {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)},
    );
    reached();
    const text = await response.text();
    let data = null;
    try {
      data = JSON.parse(text);
    } catch {
      /* operations answer with text */
    }
    invalidate(['/']);
    return {
      ok: response.ok,
      status: response.status,
      data,
      text,
      error: response.ok ? null : problem(response.status, text),
    };
  } catch {
    failed();
    return {
      ok: false,
      status: 0,
      data: null,
      error: 'the gateway does not answer; whether the order arrived is unknown',
    };
  }
}

const CONCERNS = {
  review: ['/review'],
  clusters: ['/clusters', '/dossiers', '/review'],
  policy: ['/config', '/policies', '/filters'],
  standings: ['/accounts/', '/clusters', '/dossiers', '/now', '/orders'],
  backtests: ['/backtests'],
};

let source = null;
let withTail = null;
let again = 0;

/** Opens the stream of events, or changes whether it has exchanges. @param {boolean} exchanges */
export function listen(exchanges) {
  if (source && withTail === exchanges && source.readyState !== EventSource.CLOSED) return;
  if (!source || withTail === exchanges) {
    if (Date.now() - again < 5000) return;
    again = Date.now();
  }
  source?.close();
  withTail = exchanges;
  source = new EventSource(`/console/events${exchanges ? '?tail=1' : ''}`);
  source.onopen = () => {
    reached();
    changed();
  };
  source.onerror = failed;
  source.addEventListener('now', event => {
    reached();
    link.now = JSON.parse(event.data);
    learnTime(link.now.at);
    changed();
  });
  source.addEventListener('changed', event => {
    reached();
    for (const what of JSON.parse(event.data).what ?? []) invalidate(CONCERNS[what] ?? []);
  });
  source.addEventListener('exchange', event => {
    reached();
    if (link.tailPaused) return;
    tail.push(JSON.parse(event.data));
    if (tail.length > TAIL) tail.splice(0, tail.length - TAIL);
    changed();
  });
}

/** Ends the stream of events, as while the page is hidden. */
export function deafen() {
  source?.close();
  source = null;
}
