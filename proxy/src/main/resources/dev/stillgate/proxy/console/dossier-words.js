/** The summary of a dossier in plain sentences: what the actor does, how sure that is, what to press. */
import {count, odds, percent, plural, short, visible, when} from './format.js';
import {capability, family, signal, strength} from './explain.js';
import {counted} from './dossier-data.js';

const listed = names => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);

/** Returns the kinds of requests of a share, most frequent first. @param {any} d @param {number} least */
export const asked = (d, least = 0.1) =>
  Object.entries(d.capabilities ?? {})
    .filter(([, share]) => share >= least)
    .sort((a, b) => b[1] - a[1]);

const top = histogram =>
  Object.entries(histogram ?? {})
    .filter(([name]) => name !== 'other' && name !== 'unknown')
    .sort((a, b) => b[1] - a[1]);
const labelled = d => (d.labels?.confirmed ?? 0) + (d.labels?.refuted ?? 0) + (d.labels?.vouched ?? 0);

const HOW = {
  'under-dispersion': 'work is dealt out evenly over them',
  clock: 'at hours unlike those of people',
  'issued-context': 'they pass responses on to each other',
  roaming: 'from another network nearly each time',
  interchangeability: 'which account sends a prompt makes no difference',
  'topic-concentration': 'they draw from one list of topics',
  'sweep-shape': 'prompts and responses have one shape',
  'registration-burst': 'they were created within a few days',
  'claimed-client': 'their client poses as another one',
};

/** Returns what the accounts do, in two or three sentences. @param {any} d */
export function what(d) {
  const wants = asked(d)
    .slice(0, 3)
    .map(([name, share]) =>
      `${percent(share)} ask for ${capability(name)[2]}`.replace('ask for tool use', 'return results of tools'),
    );
  const model = top(d.sinceFound?.models)[0];
  const countries = top(d.sinceFound?.countries).length;
  const active =
    d.firstSeen && d.lastSeen ? Math.max(1, (Date.parse(d.lastSeen) - Date.parse(d.firstSeen)) / 864e5) : null;
  const pace = active ? Math.round(d.exchanges / d.size / active) : null;
  const how = (d.reasons ?? [])
    .filter(name => HOW[name])
    .slice(0, 3)
    .map(name => HOW[name]);
  return `${plural(d.size, 'account')} ${d.size === 1 ? 'seems' : 'seem'} to act as one${how.length ? `: ${listed(how)}` : ''}. Together they sent ${count(d.exchanges)} requests${
    pace ? `, about ${count(pace)} a day each` : ''
  }${model ? `, mostly to ${visible(model[0]).slice(0, 40)}` : ''}${
    countries > 1 ? `, from ${countries} countries` : ''
  }${wants.length ? `. Of the prompts, ${listed(wants)}` : ''}.`;
}

/** Returns a headline for how sure it is. @param {any} d */
export const headline = d =>
  counted(d).some(each => each.value <= -1) && counted(d).filter(each => each.value >= 1).length < 2 && !d.links?.length
    ? 'Contradictory evidence'
    : strength(d.evidence);

/** Returns how sure it is that one actor is behind the accounts, in one or two sentences. @param {any} d */
export function sure(d) {
  const strong = counted(d)
    .filter(each => each.value >= 1)
    .map(each => family(each.name)[0].toLowerCase());
  const kinds =
    strong.length > 1
      ? `${strong.length} independent kinds of evidence agree (${listed(strong)})`
      : strong.length === 1
        ? `only one kind of evidence is strong (${strong[0]})`
        : d.links?.length
          ? 'the accounts are linked by their registration'
          : 'no single kind of evidence is strong';
  const contrary = counted(d)
    .filter(each => each.value <= -1)
    .map(each => family(each.name)[0].toLowerCase());
  return `${strength(d.evidence)}: ${kinds}.${
    contrary.length
      ? ` ${listed(contrary).replace(/^./, c => c.toUpperCase())} ${contrary.length > 1 ? 'speak' : 'speaks'} against it, which the odds leave out.`
      : ''
  } Against a model of independent customers the odds are ${odds(d.evidence)}. They are not an error rate: honest groups that share a queue, a firm or a lesson have reached such odds too.`;
}

/** Returns the advice: what to press, and why. @param {any} d @returns {{press: string, because: string}} */
export function advice(d) {
  const open = d.size - labelled(d);
  const strong = counted(d).filter(each => each.value >= 1).length;
  if (d.pending)
    return {
      press: d.pending.what === 'refuted' ? 'Refute' : 'Confirm',
      because: `an operator asked for it, and the policy wants ${d.pending.needed} operators.`,
    };
  if ((d.labels?.confirmed ?? 0) >= d.size / 2) {
    return open > 0
      ? {press: 'Confirm again', because: `${plural(open, 'account')} joined after the cluster was confirmed.`}
      : {press: 'Nothing', because: 'the cluster is confirmed, and no account is without a judgement.'};
  }
  if ((d.labels?.refuted ?? 0) > d.size / 2) return {press: 'Nothing', because: 'the cluster was refuted.'};
  if (d.reasons?.includes('office'))
    return {
      press: 'Refute or wait',
      because: 'the accounts may be one office: ask the customer, and declare their keys as one organisation.',
    };
  if (d.evidence >= 2 && (strong > 1 || d.links?.length))
    return {
      press: 'Look, then confirm',
      because:
        'several kinds of evidence agree. First rule out the keys of one firm, the customers of a reseller, a class, and the users of one tool: they act as one too. Read the counter-evidence, and ask two or three members.',
    };
  if (d.evidence >= 2)
    return {
      press: 'Look closer',
      because:
        'only one kind of evidence speaks for one actor. Open some members: keys of one company, or one shared schedule, can look like this. Confirm if you know of no such reason.',
    };
  if (d.evidence >= 1)
    return {
      press: 'Wait',
      because:
        'the evidence is not strong enough to restrict accounts. It is measured again with each day of traffic; refute if you know the customers.',
    };
  return {press: 'Refute or wait', because: 'the evidence is weak.'};
}

const sentence = each => (typeof each === 'string' ? each : (each.text ?? JSON.stringify(each)));

/** Returns what speaks against one actor, as sentences. @param {any} d */
export function against(d) {
  if (d.counterEvidence) return d.counterEvidence.map(sentence);
  const found = [];
  const differ = {
    content: 'the prompts differ as much as those of independent customers',
    network: 'networks and clients differ as much as those of independent customers',
    time: 'the times are those of independent customers',
  };
  for (const {name, value} of counted(d))
    if (value < -0.3)
      found.push(`${family(name)[0]}: ${differ[name] ?? 'speaks for independent customers'} (${odds(value)}).`);
  if (d.reasons?.includes('office'))
    found.push('The group keeps working hours in one or two networks, as an office does.');
  if (d.labels?.vouched) found.push(`An operator vouches for ${plural(d.labels.vouched, 'member')}.`);
  if (d.labels?.refuted) found.push(`An operator refuted ${plural(d.labels.refuted, 'member')}.`);
  const clear = d.standings?.clear ?? 0;
  if (clear)
    found.push(
      `${plural(clear, 'member')} of ${count(d.size)} ${clear === 1 ? 'is' : 'are'} clear: verified, vouched for, or without evidence of ${clear === 1 ? 'its' : 'their'} own.`,
    );
  if (d.likeness?.unlikeTheOthers?.length)
    found.push(`${plural(d.likeness.unlikeTheOthers.length, 'confirmed account')} behave unlike the others.`);
  if (d.likeness?.resemblingReferences?.length)
    found.push(`${plural(d.likeness.resemblingReferences.length, 'known customer')} behave like the campaign.`);
  return found;
}

/** Returns what could not be looked for, as sentences. @param {any} d */
export const unknown = d => (d.notSeen ?? []).filter(each => each.state && !/not.seen/i.test(each.state)).map(sentence);

/** Returns what was looked for and not seen, as sentences. @param {any} d */
export function unseen(d) {
  if (d.notSeen) return d.notSeen.filter(each => !each.state || /not.seen/i.test(each.state)).map(sentence);
  const missing = [];
  for (const each of counted(d))
    if (Math.abs(each.value) < 0.3)
      missing.push(`${family(each.name)[0]}: no evidence either way (${each.value.toFixed(1)}).`);
  for (const name of ['time', 'content', 'network'])
    if (!(name in (d.evidenceByFamily ?? {}))) missing.push(`${family(name)[0]}: not measured.`);
  if (!d.links?.length) missing.push('No registration fact (payment, device, mail domain) in common.');
  const never = Object.entries(d.capabilities ?? {})
    .filter(([, share]) => share < 0.005)
    .map(([name]) => capability(name)[0]);
  if (never.length) missing.push(`No requests for ${listed(never)}.`);
  if (!d.reasons?.includes('claimed-client')) missing.push('No client that poses as another one.');
  if (!d.reasons?.includes('roaming')) missing.push('No change of network with nearly every request.');
  if (!d.sinceFound?.probing) missing.push('No probing for the limits of the model or of the gateway.');
  return missing;
}

/** Returns the dossier as Markdown. @param {any} d @param {string} origin */
export function markdown(d, origin) {
  const row = cells => `| ${cells.map(cell => String(cell).replace(/[|\n\r]/g, ' ')).join(' | ')} |`;
  const tabled = (heads, rows) => [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
  const {press, because} = advice(d);
  const histogram = (name, values) =>
    top(values).length ? [`### ${name}`, '', tabled(['value', 'requests'], top(values).slice(0, 20)), ''] : [];
  return [
    `# Dossier of cluster ${d.id}`,
    '',
    what(d),
    '',
    `**${sure(d)}**`,
    '',
    `Advice: **${press}**, because ${because}`,
    '',
    `Found ${when(d.since, 'full')}, revision ${d.revision}. Source: ${origin}`,
    '',
    '## Evidence',
    '',
    'Base-10 logarithms of odds.',
    '',
    tabled(
      ['kind', 'evidence', 'counted'],
      [
        ...counted(d).map(each => [family(each.name)[0], each.value.toFixed(1), each.counted.toFixed(1)]),
        ['total', '', d.evidence.toFixed(1)],
      ],
    ),
    '',
    ...(d.reasons ?? []).map(name => `- ${signal(name)[0]}: ${signal(name)[1]}`),
    '',
    '## Counter-evidence',
    '',
    ...(against(d).length ? against(d) : ['None was found.']).map(each => `- ${each}`),
    '',
    '## Looked for and not seen',
    '',
    ...unseen(d).map(each => `- ${each}`),
    '',
    ...(unknown(d).length ? ['## Not known', '', ...unknown(d).map(each => `- ${each}`), ''] : []),
    '## Text since it was found',
    '',
    tabled(
      ['output tokens', 'count'],
      [
        ['refused (estimate)', short(d.text?.tokensRefused)],
        ['marked', short(d.text?.tokensMarked)],
        ['free', short(d.text?.tokensFree)],
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
    ...histogram('Networks', d.sinceFound?.asns),
    '## Timeline',
    '',
    ...(d.timeline ?? []).map(each => `- ${when(each.at, 'full')}: ${each.what}`),
    '',
    '## Members',
    '',
    tabled(
      ['account', 'standing', 'exchanges'],
      d.members.map(each => [`\`${each.account.replace(/`/g, "'")}\``, each.standing, count(each.exchanges)]),
    ),
    '',
  ].join('\n');
}
