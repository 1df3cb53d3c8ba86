/** The dossier as Markdown: what callers and operators wrote stays text in it, without links, images and markup. */
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {markdown} from '../../proxy/src/main/resources/dev/stillgate/proxy/console/dossier-markdown.js';

const AT = '2026-12-01T10:00:00Z';
const NAMES = [
  '![x](https://example.org/x.png)',
  '[log in](https://example.org)',
  '<https://example.org>',
  '<img src=x>',
  'https://example.org www.example.org',
  '**bold** _it_ `code` ~~old~~ # head',
  'a | b',
  'first\n# second\r\n\r\n- third\u2028fourth',
  '\\[x](y)',
  '&lt;b&gt;',
  'a-\u202egnp.exe',
];
const histogram = Object.fromEntries(NAMES.map((name, i) => [name, i + 1]));

/** Returns a dossier in which every text is a name, and the first one stands alone in sentences. */
const dossier = name => ({
  id: name,
  size: 3,
  exchanges: 9,
  evidence: 2.5,
  revision: name,
  at: AT,
  since: AT,
  kinds: [{kind: name, evidence: 2.5, counted: 2.5, leads: true}],
  reasons: NAMES,
  counterEvidence: NAMES.map(text => ({text})),
  notSeen: NAMES.flatMap(text => [
    {text, weakens: true},
    {text, state: 'not seen'},
    {text, state: 'unknown'},
  ]),
  standings: histogram,
  held: NAMES.map(text => ({text})),
  orders: NAMES.map(each => ({at: AT, what: each, standing: each, by: each, accounts: 1, why: each})),
  capabilities: {[name]: 0.5},
  sinceFound: {
    models: {[name]: 99, ...histogram},
    clients: histogram,
    countries: histogram,
    asns: histogram,
    asnNames: Object.fromEntries(NAMES.map(each => [each, each])),
  },
  ties: {members: 3, others: 9, traits: NAMES.map(each => ({kind: each, name: each, value: each, accounts: 3, others: 1}))},
  timeline: NAMES.map(what => ({at: AT, what})),
  changes: NAMES.map(each => ({at: AT, from: each, to: each, accounts: 1})),
  members: NAMES.map(each => ({account: each, part: each, standing: each, verified: true, exchanges: 3})),
});

/** Returns a line without code spans and escaped characters, as a renderer sees its markup. */
const markup = line => line.replace(/\\[!-/:-@[-`{-~]/g, '').replace(/`[^`]*`/g, '');

test('names of callers and texts of operators make no markup', () => {
  for (const name of NAMES) {
    for (const line of markdown(dossier(name), 'https://gateway/dossiers/c1').split('\n')) {
      const seen = markup(line)
        .replace(/^\*\*(.*)\*\*$|^Advice: \*\*(.*)\*\*/, '$1$2')
        .replace(/^#+ |^- /, '')
        .replace(' Source: https://gateway/dossiers/c1', '');
      assert.doesNotMatch(seen, /[[\]<>*_`#~&]|!\(|:\/\/|www\./, line);
      assert.doesNotMatch(line, /[\r\u2028\u202e]/, line);
    }
  }
});

test('every line is one that the program began', () => {
  const lines = markdown(dossier('c1'), 'https://gateway/dossiers/c1').split('\n');
  assert.deepEqual(
    lines.filter(line => line.startsWith('#')).map(line => line.replace(/^#+ /, '')),
    [
      'Dossier of cluster c1',
      'Evidence',
      'What speaks against one actor',
      'Tests that failed',
      'Looked for and not seen',
      'Not known',
      'Standings',
      'Text since it was found',
      'Requests',
      'Models',
      'Clients',
      'Countries',
      'Networks',
      'Shared traits',
      'Timeline',
      'Members',
    ],
  );
  for (const line of lines.filter(each => each.startsWith('|')))
    assert.ok([2, 3, 4, 5].includes(markup(line).split('|').length - 2), line);
});

test('a name is read as it was written', () => {
  const text = markdown(dossier('c1'), '');
  assert.ok(text.includes(String.raw`| \!\[x\]\(https\://example.org/x.png\) | 1 |`), text);
  assert.ok(text.includes('| `![x](https://example.org/x.png)` |'), 'ids are code');
  assert.ok(text.includes(String.raw`accounts: first \# second - third fourth`), text);
});
