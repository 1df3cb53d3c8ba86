/** Numbers and times as text. Pure functions, apart from the zone that the reader has chosen. */

const NUMBER = new Intl.NumberFormat('en');
const COMPACT = new Intl.NumberFormat('en', {notation: 'compact', maximumSignificantDigits: 3});
const UNITS = [
  ['d', 86400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

let utc = false;

/** Shows times in UTC (true) or in the zone of the reader (false). @param {boolean} on */
export const showUtc = on => {
  utc = on;
};
/** Returns whether times are shown in UTC. */
export const isUtc = () => utc;

/** Returns a count with thousands separators; at most two decimals. @param {number} value */
export const count = value =>
  value == null || Number.isNaN(Number(value))
    ? '–'
    : NUMBER.format(Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100);

/** Returns a short count, such as 1.24M, for tight places. @param {number} value */
export const short = value => (value == null ? '–' : Math.abs(value) < 10000 ? count(value) : COMPACT.format(value));

/** Returns a share as a percentage. @param {number} share 0 to 1 */
export function percent(share) {
  if (share == null || !Number.isFinite(share)) return '–';
  const value = share * 100;
  if (value > 0 && value < 0.1) return '< 0.1 %';
  return `${value < 10 && value > 0 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}

/** Returns what a base-10 logarithm of odds means, such as "about 800 to 1". @param {number} log */
export function odds(log) {
  if (log == null || !Number.isFinite(log)) return 'unknown odds';
  const size = Math.abs(log);
  if (size < 0.05) return 'even odds';
  if (size > 9) return `more than a billion to 1${log < 0 ? ' against' : ''}`;
  const ratio = 10 ** size;
  const digits = 10 ** Math.max(0, Math.floor(Math.log10(ratio)) - (ratio < 10 ? 0 : 1));
  const rounded = ratio < 10 ? Number(ratio.toFixed(1)) : Math.round(ratio / digits) * digits;
  const text =
    rounded >= 1e9
      ? 'a billion'
      : rounded >= 1e6
        ? `${NUMBER.format(Number((rounded / 1e6).toPrecision(2)))} million`
        : NUMBER.format(rounded);
  return `about ${text} to 1${log < 0 ? ' against' : ''}`;
}

/** Returns a p-value as people read it. @param {number} p */
export const chance = p =>
  p == null ? '–' : p >= 0.01 ? p.toFixed(2) : p > 0 ? `1 in ${COMPACT.format(Math.round(1 / p))}` : '0';

/** Returns a duration of at most two units, such as "3 d 4 h". @param {number} seconds */
export function duration(seconds) {
  if (seconds == null || !Number.isFinite(seconds)) return '–';
  let rest = Math.max(0, Math.round(seconds));
  const parts = [];
  for (const [unit, size] of UNITS) {
    if (rest >= size || (unit === 's' && !parts.length)) {
      parts.push(`${Math.floor(rest / size)} ${unit}`);
      rest %= size;
      if (parts.length === 2) break;
    } else if (parts.length) break;
  }
  return parts.join(' ');
}

/** Returns milliseconds since the epoch of an ISO time or a number, null for none. @param {string|number|null} at */
export function millis(at) {
  const value = typeof at === 'number' ? at : at ? Date.parse(at) : NaN;
  return Number.isNaN(value) ? null : value;
}

const formats = new Map();

/** Returns a kept formatter, since making one takes longer than a page. */
function formatter(name, options) {
  const key = `${name} ${utc}`;
  if (!formats.has(key))
    formats.set(key, new Intl.DateTimeFormat('en-GB', utc ? {...options, timeZone: 'UTC'} : options));
  return formats.get(key);
}

/**
 * Returns a time in the chosen zone.
 * @param {string|number|null} at
 * @param {'full'|'minute'|'clock'|'day'} [form]
 */
export function when(at, form = 'minute') {
  const value = millis(at);
  if (value == null) return '–';
  const date = new Date(value);
  const clock =
    form === 'day'
      ? ''
      : form === 'minute'
        ? formatter('minute', {hour: '2-digit', minute: '2-digit'}).format(date)
        : formatter('second', {hour: '2-digit', minute: '2-digit', second: '2-digit'}).format(date);
  if (form === 'clock') return clock;
  const day = formatter('day', {day: 'numeric', month: 'short', year: 'numeric'}).format(date);
  return form === 'day' ? day : `${day}, ${clock}${utc ? ' UTC' : ''}`;
}

/** Returns a time in UTC, to the second. @param {string|number} at */
export const inUtc = at =>
  `${new Date(millis(at))
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z/, '')} UTC`;

/** Characters that change the direction or are invisible, shown as their code so that they cannot deceive. */
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** Makes control and direction characters visible. @param {unknown} value */
export const visible = value =>
  String(value ?? '').replace(HIDDEN, found => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Returns words from an identifier: "hours-entropy" becomes "hours entropy". @param {string} id */
export const words = id =>
  visible(id)
    .slice(0, 80)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase();

/** Returns a noun with its count: plural(1, 'account') is "1 account". @param {number} n @param {string} noun */
export const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
