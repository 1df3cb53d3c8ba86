/**
 * A dossier in one shape, from /dossiers/ID or, on gateways without it, from the page of the cluster.
 * Parts that a gateway does not report are null, so that the page can say so.
 */
import {parts} from './explain.js';
import {use} from './net.js';

const LADDER = {marked: 1.1};

/** Returns whether the gateway lists a page, such as "GET /now". @param {string} page */
export const offers = page => page in (use('/', 600).data?.pages ?? {});

const filters = () => use('/config', 30).data?.policy?.filters ?? [];

/** Returns a filter of the policy that is not off, with its configuration; undefined for none. @param {string} type */
export const filterOf = type => filters().find(each => each.type === type && each.mode !== 'off');

/** Returns whether evidence and judgements change no request. */
export const inShadow = () => filterOf('fingerprint')?.mode === 'shadow';

/** Returns the thresholds in force, of the dossier or of the policy. @param {any} d */
export function thresholds(d) {
  if (d.thresholds) return d.thresholds;
  const filter = filters().find(each => each.type === 'fingerprint');
  return {
    ...LADDER,
    ...Object.fromEntries(
      Object.entries(filter?.config?.ladder ?? {}).filter(([, value]) => typeof value === 'number'),
    ),
  };
}

/**
 * Returns the kinds of evidence with the part of each that enters the total: the leading kind counts in full, the
 * others together at most half as much, and evidence against one actor is shown but not subtracted.
 * @param {any} d
 */
export function counted(d) {
  if (d.kinds)
    return d.kinds
      .map(each => ({name: each.kind, value: each.evidence, counted: each.counted, leading: each.leads}))
      .sort((a, b) => b.leading - a.leading || b.value - a.value);
  const leading = 'time'; // before `kinds` were in the JSON
  const all = d.evidenceByFamily ?? {};
  const lead = Math.max(0, all[leading] ?? 0);
  const others = Object.entries(all)
    .filter(([name]) => name !== leading)
    .reduce((sum, [, value]) => sum + Math.max(0, value), 0);
  const factor = others > 0 ? Math.min(1, lead / 2 / others) : 1;
  return Object.entries(all)
    .map(([name, value]) => ({
      name,
      value,
      leading: name === leading,
      counted: value < 0 ? 0 : name === leading ? value : value * factor,
    }))
    .sort((a, b) => b.leading - a.leading || b.value - a.value);
}

/** Returns the dossier and the entry that it was read from. @param {string} id */
export function read(id) {
  const lacksDossiers = use('/', 600).data && !offers('GET /dossiers/{id}');
  const path = `/${lacksDossiers ? 'clusters' : 'dossiers'}/${encodeURIComponent(id)}`;
  const entry = use(path, 30);
  const content = entry.data?.filters ? Object.assign({}, ...parts(entry.data).map(([, part]) => part)) : entry.data;
  if (!content) return {entry, path, d: null};
  const d = {
    signUps: null,
    hours: null,
    refusals: null,
    ledger: null,
    counterEvidence: null,
    notSeen: null,
    techniques: null,
    amongMembers: null,
    effects: null,
    others: null,
    parts: null,
    tests: null,
    held: null,
    orders: null,
    changes: null,
    shared: null,
    ties: null,
    ...content,
  };
  d.members ??= [];
  d.ledger ??= marks(id);
  return {entry, path, d};
}

function marks(id) {
  const filter = (use('/filters', 10).data ?? []).find(each => each.type === 'canary' && each.mode !== 'off');
  if (!filter) return null;
  const page = parts(use('/canary', 30).data)
    .map(([, part]) => part)
    .find(part => part?.keys);
  return page
    ? {
        state: page.ledger?.state,
        leaves: page.ledger?.leaves,
        keys: page.keys.filter(key => key.key.startsWith(`${id}/`)),
      }
    : null;
}
