/** The orders that an operator may give: judgements, standings, policies. */
import {visible} from './widgets.js';

/** @typedef {import('./actions.js').Order} Order */

/** Returns a word of a shell command, quoted if need be. @param {string} value */
export const shell = value => (/^[\w.,:@/-]+$/.test(value) ? value : `'${String(value).replace(/'/g, `'\\''`)}'`);
const reviewed = (verb, id, values, revision) =>
  `stillgate review ${verb} ${shell(id)}${revision != null ? ` --revision ${revision}` : ''} --by ${shell(values.by || 'NAME')} --why ${shell(values.why || 'TEXT')}` +
  `${values.for ? ` --for ${shell(values.for)}` : ''}${values.except ? ` --except ${shell(values.except)}` : ''}${values.verified ? ' --verified' : ''}`;
const LASTS = {name: 'for', label: 'For how long', note: 'such as 90d; empty for the default of the policy'};
const given = values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '' && value !== false && value != null));

/** Order that judges a cluster. @param {'confirm'|'refute'} verb @param {{id: string, revision: number, size: number}} cluster @returns {Order} */
export const judgeCluster = (verb, {id, revision, size}) => ({
  title:
    verb === 'confirm'
      ? `Confirm that cluster ${visible(id).slice(0, 60)} is one actor?`
      : `Declare the accounts of cluster ${visible(id).slice(0, 60)} innocent?`,
  button: verb === 'confirm' ? `Confirm ${size} accounts` : `Refute ${size} accounts`,
  danger: verb === 'confirm',
  effect:
    verb === 'confirm'
      ? 'The members share the limits of one customer and a daily budget (page Limits), and their prose is marked. Verified accounts, organisations and vouched accounts are spared. “Take judgements back” in the dossier undoes it.'
      : 'The members were suspected without cause: they are clear at once, and this evidence no longer counts against them.',
  path: `/clusters/${encodeURIComponent(id)}/${verb}`,
  fields: [
    {name: 'except', label: 'Leave out', note: 'account ids separated by commas: they are judged the opposite way'},
    LASTS,
    ...(verb === 'confirm' ? [{name: 'verified', label: 'Include verified accounts', check: true}] : []),
  ],
  body: values =>
    given({
      by: values.by,
      why: values.why,
      revision: values.revision ?? revision,
      for: values.for,
      verified: values.verified ?? '',
      except: values.except
        ? values.except
            .split(',')
            .map(each => each.trim())
            .filter(Boolean)
        : '',
    }),
  command: values => reviewed(verb, id, values, values.revision ?? revision),
});

/** Order that hides a cluster from the review queue, or shows it again. @param {{id: string, revision: number, hidden?: object}} cluster @returns {Order} */
export const hideCluster = ({id, revision, hidden}) => ({
  title: hidden
      ? `Show cluster ${visible(id).slice(0, 60)} in the review queue again?`
      : `Hide cluster ${visible(id).slice(0, 60)} from the review queue?`,
  button: hidden ? 'Show again' : 'Hide',
  effect: hidden
    ? 'The cluster waits for a judgement again.'
    : 'The cluster leaves the queue until its evidence grows. Standings and enforcement stay as they are.',
  path: `/clusters/${encodeURIComponent(id)}/${hidden ? 'unhide' : 'hide'}`,
  fields: hidden ? [] : [LASTS],
  body: values =>
    given({
      by: values.by,
      why: values.why,
      revision: hidden ? '' : (values.revision ?? revision),
      for: values.for,
    }),
  command: values => (hidden ? `stillgate review unhide ${shell(id)}` : reviewed('hide', id, values, values.revision ?? revision)),
});

const ACCOUNT = {
  confirm: ['Confirm', 'The account works for a campaign. It is tightened at least, also if it is verified.'],
  refute: ['Refute', 'The account was suspected without cause: it is clear at once.'],
  vouch: ['Vouch for', 'The customer is known to be honest: marked at most, and a reference for calibration.'],
};

/** Order that judges an account. @param {'confirm'|'refute'|'vouch'} verb @param {string} id @returns {Order} */
export const judgeAccount = (verb, id) => ({
  title: `${ACCOUNT[verb][0]} account ${visible(id).slice(0, 60)}?`,
  button: `${ACCOUNT[verb][0]} the account`,
  effect: ACCOUNT[verb][1],
  danger: verb === 'confirm',
  path: `/accounts/${encodeURIComponent(id)}/${verb}`,
  fields: [LASTS],
  body: values => given({by: values.by, why: values.why, for: values.for}),
  command: values => reviewed(verb, id, values),
});

/** Order that removes the judgement of an account, or those of the members of a cluster. @param {'accounts'|'clusters'} page @param {string} id @returns {Order} */
export const unlabel = (page, id) => ({
  title:
    page === 'accounts'
      ? 'Take the judgement back?'
      : `Take the judgements of the members of cluster ${visible(id).slice(0, 60)} back?`,
  button: 'Take back',
  effect:
    page === 'accounts'
      ? 'The label is removed. The standing from evidence applies again.'
      : 'Confirmed and refuted members have the standing from evidence again. Vouched members stay vouched for.',
  path: `/${page}/${encodeURIComponent(id)}/unlabel`,
  body: values => given({by: values.by, why: values.why}),
  command: () => `stillgate review unlabel ${shell(id)}${page === 'accounts' && /^c\d+$/.test(id) ? ' --account' : ''}`,
});

/** Order that sets a standing. @param {'accounts'|'clusters'} page @param {string} id @returns {Order} */
export const pin = (page, id) => ({
  title: `Set the standing of ${page === 'accounts' ? 'account' : 'cluster'} ${visible(id).slice(0, 60)}?`,
  button: 'Set standing',
  danger: true,
  effect:
    'The standing holds whatever the evidence says, until it ends or is taken back. It is enforced in shadow mode too.',
  path: `/${page}/${encodeURIComponent(id)}/standing`,
  fields: [
    {
      name: 'standing',
      label: 'Standing',
      value: 'marked',
      options: ['clear', 'marked', 'tightened', 'pooled', 'blocked'],
    },
    LASTS,
  ],
  body: values => given({standing: values.standing, for: values.for, by: values.by, why: values.why}),
});

/** Order that takes a set standing back. @param {'accounts'|'clusters'} page @param {string} id @returns {Order} */
export const unpin = (page, id) => ({
  title: 'Take the set standing back?',
  button: 'Take back',
  effect: 'The standing from evidence applies again.',
  path: `/${page}/${encodeURIComponent(id)}/unpin`,
  body: values => given({by: values.by, why: values.why}),
});

const who = values => given({by: values.by, why: values.why});
const flags = values => ` --by ${shell(values.by || 'NAME')} --why ${shell(values.why || 'TEXT')}`;

/** Order that goes back to the policy before the one in force. @returns {Order} */
export const rollback = () => ({
  title: 'Go back to the previous policy?',
  button: 'Roll back',
  danger: true,
  effect:
    'The policy before the one in force is put in force and stays pinned until the files change. No bucket is refilled.',
  path: '/rollback',
  body: who,
  command: values => `stillgate reload --rollback${flags(values)}`,
});

/** Order that reads the files again. @returns {Order} */
export const reload = () => ({
  title: 'Read the policy again?',
  button: 'Reload',
  effect: 'The files are read and checked. Invalid files change nothing.',
  path: '/reload',
  body: who,
  command: values => `stillgate reload${flags(values)}`,
});
