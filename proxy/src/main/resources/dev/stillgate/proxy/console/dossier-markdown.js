/** A dossier as Markdown, for a ticket or a mail. */
import {count, percent, short, visible, when} from './format.js';
import {capability, family, signal, tieName} from './explain.js';
import {counted} from './dossier-data.js';
import {
  HONEST_GROUPS,
  advice,
  against,
  divided,
  sure,
  toAsk,
  unknown,
  unseen,
  weakens,
  what,
} from './dossier-words.js';

const line = value => visible(String(value ?? '').replace(/\s+/g, ' '));

/** Returns a value as one line of text without markup or links. @param {unknown} value */
const plain = value =>
  line(value)
    .replace(/[\\`*_[\]()<>!#|~&]/g, '\\$&')
    .replace(/:(?=\/\/)|(?<=www)\./gi, '\\$&');

class Code {
  constructor(id) {
    this.text = `\`${line(id).replace(/`/g, "'").replace(/\|/g, ' ')}\``;
  }
  toString() {
    return this.text;
  }
}

const code = id => new Code(id);
const row = cells => `| ${cells.map(cell => (cell instanceof Code ? cell : plain(cell))).join(' | ')} |`;
const tabled = (heads, rows) => [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
const list = (title, sentences, none) =>
  sentences.length || none
    ? [`## ${title}`, '', ...(sentences.length ? sentences.map(plain) : [none]).map(each => `- ${each}`), '']
    : [];
const histogram = (name, values, names = {}) => {
  const most = Object.entries(values ?? {}).sort((a, b) => b[1] - a[1]);
  return most.length
    ? [
        `### ${name}`,
        '',
        tabled(
          ['value', 'requests'],
          most.slice(0, 20).map(([value, n]) => [names[value] ? `${value} ${names[value]}` : value, n]),
        ),
        '',
      ]
    : [];
};

/** Returns the traits that members share, the most discriminating first. @param {any} d */
const shared = d =>
  d.ties?.traits.length
    ? [
        '## Shared traits',
        '',
        'No evidence by themselves: accounts are often compared because they share one. Values are parts of keyed hashes.',
        '',
        tabled(
          ['trait', 'value', `accounts of ${count(d.ties.members)}`, `others of ${count(d.ties.others)}`],
          d.ties.traits.map(tie => [tieName(tie), code(tie.value), count(tie.accounts), count(tie.others)]),
        ),
        '',
      ]
    : [];

/** Returns the dossier as Markdown. @param {any} d @param {string} origin */
export function markdown(d, origin) {
  const {press, because, look} = advice(d);
  return [
    `# Dossier of cluster ${plain(d.id)}`,
    '',
    plain(what(d)),
    '',
    ...(divided(d) ? [divided(d), ''] : []),
    `**${plain(sure(d))}**`,
    '',
    `Advice: **${press}**, because ${because}`,
    '',
    ...(look
      ? [
          ...HONEST_GROUPS.map(each => `- Rule out ${each}.`),
          `- Ask the customers of ${toAsk(d).map(code).join(', ')} what they use the key for and who runs the program.`,
          '',
        ]
      : []),
    `As of ${when(d.at, 'full')}. Found ${when(d.since, 'full')}, revision ${plain(d.revision)}. Source: ${origin}`,
    '',
    '## Evidence',
    '',
    'Powers of ten of the odds.',
    '',
    tabled(
      ['kind', 'evidence', 'counted'],
      [
        ...counted(d).map(each => [family(each.name)[0], each.value.toFixed(1), each.counted.toFixed(1)]),
        ['total', '', d.evidence.toFixed(1)],
      ],
    ),
    '',
    ...(d.reasons ?? []).map(name => `- ${plain(signal(name)[0])}: ${plain(signal(name)[1])}`),
    '',
    ...list('What speaks against one actor', against(d), 'Nothing that was seen.'),
    ...list('Tests that failed', weakens(d), 'No test of the group failed.'),
    ...list('Looked for and not seen', unseen(d)),
    ...list('Not known', unknown(d)),
    '## Standings',
    '',
    ...Object.entries(d.standings ?? {}).map(([name, n]) => `- ${count(n)} ${plain(name)}`),
    ...(d.held ?? []).map(each => `- Not higher: ${plain(each.text)}`),
    ...(d.orders ?? []).map(
      each =>
        `- ${when(each.at, 'full')}: ${plain(each.what)} ${plain(each.standing)} ${each.by ? `by ${plain(each.by)}` : ''}, ${count(each.accounts)} accounts: ${plain(each.why)}`,
    ),
    '',
    '## Text since it was found',
    '',
    tabled(
      ['output tokens', 'count'],
      [
        ['refused (estimate)', short(d.text?.tokensRefused)],
        ['left with a mark', short(d.text?.tokensMarked)],
        ['left without a mark', short(d.text?.tokensFree)],
      ],
    ),
    '',
    '## Requests',
    '',
    tabled(
      ['asks for', 'share of prompts'],
      Object.entries(d.capabilities ?? {}).map(([name, share]) => [capability(name)[0], percent(share)]),
    ),
    '',
    ...histogram('Models', d.sinceFound?.models),
    ...histogram('Clients', d.sinceFound?.clients),
    ...histogram('Countries', d.sinceFound?.countries),
    ...histogram('Networks', d.sinceFound?.asns, d.sinceFound?.asnNames),
    ...shared(d),
    '## Timeline',
    '',
    ...(d.timeline ?? []).map(each => `- ${when(each.at, 'full')}: ${plain(each.what)}`),
    ...(d.changes ?? []).map(
      each => `- ${when(each.at, 'full')}: ${count(each.accounts)} accounts from ${plain(each.from)} to ${plain(each.to)}`,
    ),
    '',
    '## Members',
    '',
    tabled(
      ['account', 'part', 'standing', 'verified', 'conversations'],
      d.members.map(each => [
        code(each.account),
        each.part ?? '',
        each.standing,
        each.verified ? 'yes' : '',
        count(each.exchanges),
      ]),
    ),
    '',
  ].join('\n');
}
