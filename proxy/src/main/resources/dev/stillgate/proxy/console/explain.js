/** Plain words for the terms of the admin pages: standings, kinds of evidence, signals, traits, links, capabilities. */
import {count, visible, words} from './format.js';

/** The ladder of standings, lowest first. */
export const LADDER = ['clear', 'marked', 'pooled', 'blocked'];

const STANDINGS = {
  clear: 'no restriction',
  marked: 'nothing is refused; prose may carry a secret word pattern that a model trained on it inherits',
  pooled:
    'the accounts share the limits of one customer and a daily budget; log-probabilities, several responses at once and batches are refused',
  blocked: 'every request is refused',
};

const FAMILIES = {
  time: ['Timing', 'when conversations begin, how often, and how evenly work is spread over the accounts'],
  content: ['Content', 'kind, length and topic of the prompts, as hashes and counts'],
  network: ['Network', 'addresses, hosting and client software'],
  link: ['Registration', 'what the accounts have in common since they were created'],
};

const SIGNALS = {
  template: ['Same prompt template', 'system prompt, tools or opening are the same'],
  'under-dispersion': [
    'Work is dealt out evenly',
    'conversations are spread more evenly than those of independent people',
  ],
  office: ['Works like an office', 'one or two networks and working hours: a point in favour of the accounts'],
  people: ['The same people ask by several accounts', 'ids of users that look random; a client chooses them'],
  displacement: [
    'Refused conversations move on',
    'one account begins what another was refused, which never asks again',
  ],
  decoy: ['Like the users of a leaked key', 'client and template of a decoy, both rare among known customers'],
  'decoy-people': ['People of a leaked key', 'users who also asked by a decoy; a client chooses their ids'],
  'registration-burst': ['Created in a burst', 'many accounts with something in common were created within a few days'],
};

const TRAITS = {
  'prompt-length': 'length of prompts (log)',
  'answer-length': 'length of responses (log)',
  'prompt-spread': 'variation of prompt lengths',
  'answer-spread': 'variation of response lengths',
  'single-turns': 'prompts that begin a conversation',
  'tool-turns': 'prompts with tool results',
  code: 'share of code',
  saturated: 'responses cut at the token limit',
  'hours-entropy': 'spread over the day',
  'gap-spread': 'variation of pauses',
  'hours-cos': 'hours: night against day',
  'hours-sin': 'hours: morning against evening',
  'dispersion-10m': 'unevenness within ten minutes (log)',
  'dispersion-1h': 'unevenness within an hour (log)',
  'active-days': 'share of days with traffic',
  'gap-skew': 'pauses: many short, few long',
  rate: 'conversations a day (log)',
  networks: 'number of networks (log)',
  age: 'age of the account (log)',
  clients: 'number of clients (log)',
  hosted: 'requests from hosting networks',
  reasoning: 'asks for reasoning traces',
  grading: 'asks for grades',
  synthetic_data: 'asks for invented training data',
  trajectory: 'asks for agent trajectories',
  rewriting: 'asks for rewrites',
};

const CAPABILITIES = {
  reasoning: ['reasoning traces', 'the chain of thought, written out', 'reasoning written out step by step'],
  grading: ['grades', 'a grade by a rubric, or the better of two responses', 'grades of other responses'],
  'synthetic-data': [
    'invented training data',
    'instructions, questions or dialogues',
    'invented instructions and dialogues',
  ],
  trajectory: ['agent trajectories', 'steps, tool calls and observations', 'tool-use trajectories'],
  rewriting: ['rewrites', 'the given text in other words', 'rewritten texts'],
  code: ['code', 'share of the new text that is code', 'code'],
  tools: ['tool use', 'prompts with tool results', 'tool use'],
};

const LINKS = {
  exact: 'the same value, which cannot be a coincidence',
  fact: 'a rare registration fact',
  bounded: 'behaviour, with evidence that is bounded',
};

const KEYS = {
  system: 'system prompt',
  tools: 'set of tools',
  opening: 'opening of the prompt',
  'sketch-a': 'wording of the prompt',
  'sketch-b': 'wording of the prompt',
  client: 'client fingerprint',
  shape: 'request shape',
  'system-like': 'common part of system prompts',
  ja4: 'TLS fingerprint (JA4)',
  network: 'address block (/24, /48)',
  asn: 'network (autonomous system)',
  id: 'person',
};

const pair = (table, key) => table[key] ?? table[String(key).replace(/_/g, '-')] ?? [words(key), ''];

/** Returns what a standing means for the account. @param {string} name */
export const standingMeans = name => STANDINGS[name] ?? '';
/** Returns the standings of the members of a cluster, the lowest first, as [name, number]. @param {any} cluster @returns {[string, number][]} */
export const standingsOf = cluster =>
  Object.entries(cluster.standings ?? {}).sort(([a], [b]) => LADDER.indexOf(a) - LADDER.indexOf(b));

/** Returns the standings of the members of a cluster in words. @param {any} cluster */
export const standingsInWords = cluster =>
  standingsOf(cluster)
    .map(([name, value]) => `${count(value)} ${visible(name).slice(0, 20)}`)
    .join(', ');

/** Returns the name and meaning of a kind of evidence. @param {string} name @returns {string[]} */
export const family = name => pair(FAMILIES, name);
/** Returns the name and meaning of a signal or reason. @param {string} name @returns {string[]} */
export const signal = name => pair(SIGNALS, name);
/** Returns the words for a trait. @param {string} name */
export const trait = name => TRAITS[name] ?? words(name);
/** Returns name, meaning and words in a sentence of a kind of request. @param {string} name @returns {string[]} */
export const capability = name => {
  const known = pair(CAPABILITIES, name);
  return [known[0], known[1], known[2] ?? known[0]];
};
/** Returns the meaning of a kind of link. @param {string} kind */
export const linkMeans = kind => LINKS[kind] ?? '';
/** Returns the words for a shared key. @param {string} name */
export const sharedKey = name => KEYS[String(name).replace(/_/g, '-')] ?? words(name);

/** Returns the words for a trait that members share. @param {{kind: string, name: string}} trait */
export const tieName = ({kind, name}) => (kind === 'fact' ? `registration fact ${words(name)}` : sharedKey(name));

/**
 * Returns how strong evidence is, in words. Never a probability: the odds rest on a model of independent customers, and
 * no rate of errors is known for them.
 * @param {number} log base-10 logarithm of odds
 */
export const strength = log =>
  log >= 4
    ? 'Very strong evidence of one actor'
    : log >= 2
      ? 'Strong evidence of one actor'
      : log >= 1
        ? 'Some evidence of one actor'
        : log >= 0.3
          ? 'Weak evidence of one actor'
          : log > -0.3
            ? 'No evidence either way'
            : 'Evidence of independent customers';

/** Returns the pages of all filters, as pairs of filter and content. @param {any} page */
export const parts = page => Object.entries(page?.filters ?? {});

/** Returns the first part of a page that satisfies a condition. @param {any} page @param {(part: any) => boolean} test */
export const part = (page, test = () => true) =>
  parts(page)
    .map(([, content]) => content)
    .find(content => content && test(content));
