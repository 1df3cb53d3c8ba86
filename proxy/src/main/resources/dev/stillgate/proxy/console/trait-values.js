/** Traits in natural values: names without logarithms, units, and how a value is written. */
import {count, percent, short} from './format.js';
import {trait} from './explain.js';

const share = value => percent(Math.max(0, Math.min(1, value)));
const number = value => (value == null ? '–' : Math.abs(value) >= 9.95 ? short(Math.round(value)) : value.toFixed(1));
const fine = value => value.toFixed(2);

/** Name, unit or meaning, the function back to natural values, and the form of each trait. */
const NATURAL = {
  'prompt-length': ['new text of a prompt', 'characters', Math.expm1, number],
  'answer-length': ['response', 'tokens', Math.expm1, number],
  'prompt-spread': ['spread of prompt lengths', 'standard deviation of ln', null, fine],
  'answer-spread': ['spread of response lengths', 'standard deviation of ln', null, fine],
  'single-turns': ['prompts that begin a conversation', 'of prompts', null, share],
  'tool-turns': ['prompts with tool results', 'of prompts', null, share],
  code: ['code', 'of new text', null, share],
  saturated: ['responses cut at the token limit', 'of responses', null, share],
  'hours-entropy': ['hours of the day in use', 'of 24', value => Math.min(24, Math.exp(value)), number],
  'gap-spread': ['irregularity of pauses', '1.28 is chance', value => Math.exp(value) - 0.1, fine],
  'hours-cos': ['night against day', '-1 to 1', null, fine],
  'hours-sin': ['morning against evening', '-1 to 1', null, fine],
  'dispersion-10m': ['unevenness within ten minutes', '1 is chance, less is more even', Math.exp, fine],
  'dispersion-1h': ['unevenness within an hour', '1 is chance, less is more even', Math.exp, fine],
  'active-days': ['days with traffic', 'of days', null, share],
  'gap-skew': ['many short pauses, few long', '-0.58 is chance', null, fine],
  rate: ['conversations a day', '', Math.exp, number],
  networks: ['address blocks (/24)', 'estimate', Math.exp, number],
  age: ['age of the account when first seen', 'days', Math.expm1, number],
  clients: ['client fingerprints', 'estimate', Math.exp, number],
  hosted: ['requests from hosting networks', 'of requests', null, share],
  reasoning: ['asks for reasoning traces', 'of prompts', null, share],
  grading: ['asks for grades', 'of prompts', null, share],
  synthetic_data: ['asks for invented training data', 'of prompts', null, share],
  trajectory: ['asks for agent trajectories', 'of prompts', null, share],
  rewriting: ['asks for rewrites', 'of prompts', null, share],
};

/** Returns name, unit and form of a trait. @param {string} key @returns {{name: string, unit: string, of: (value: number) => string}} */
export function natural(key) {
  const [name, unit, back, form] = NATURAL[key] ?? [trait(key), '', null, fine];
  return {name, unit, of: value => form(back ? back(value) : value)};
}

/** Returns the middle and the range of one standard deviation to both sides. @param {string} key @param {{mean: number, deviation: number}} spread */
export function inWords(key, {mean, deviation}) {
  const {of} = natural(key);
  const middle = of(mean);
  const [low, high] = [of(mean - deviation), of(mean + deviation)];
  return low === high ? middle : `${middle} (${low} to ${high})`;
}

/** Returns the traits of all signals, with how far the members are from others. @param {any} d */
export const rows = d =>
  Object.entries(d.signals ?? {})
    .flatMap(([name, {family, traits}]) =>
      Object.entries(traits).map(([key, spread]) => {
        const wide = Math.max(spread.others.deviation, 1e-3);
        return {
          signal: name,
          kind: family,
          key,
          ...spread,
          shift: (spread.members.mean - spread.others.mean) / wide,
          tight: spread.members.deviation / wide,
        };
      }),
    )
    .filter(row => row.members.accounts && row.others.accounts && row.members.mean != null && row.others.mean != null);

/** Returns whether neither the members nor others show a trait. */
export const absent = row =>
  row.members.mean === 0 && row.others.mean === 0 && row.members.deviation === 0 && row.others.deviation === 0;

/**
 * Returns the figures that a signal is seen in: the trait in which the members are farthest from others, and the one in
 * which they are closest to each other.
 * @param {any} d @param {string} signal
 */
export function figures(d, signal) {
  const seen = rows(d).filter(row => row.signal === signal && !absent(row));
  const far = [...seen].sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift))[0];
  const close = [...seen].sort((a, b) => a.tight - b.tight).find(row => row !== far && row.tight < 0.8);
  return [far, close].filter(Boolean);
}

/** Returns a figure as a sentence. @param {any} row */
export const sentence = row => {
  const {name, unit} = natural(row.key);
  return `${name}${unit ? ` (${unit})` : ''}: members ${inWords(row.key, row.members)}, others ${inWords(row.key, row.others)}`;
};

/** Returns how many conversations a count is. @param {number} value */
export const conversations = value => `${count(value)} ${value === 1 ? 'conversation' : 'conversations'}`;
