/** The orders that an operator may give: judgements, standings, policies. */
import {shell, visible} from './widgets.js';
import {inShadow} from './dossier-data.js';
import {mayWrite, signedName} from './net.js';

/** @typedef {import('./actions.js').Order} Order */

const joining = values => values.joins && values.joins !== 'nothing';
const flags = values =>
  `${signedName() ? '' : ` --by ${shell(values.by || 'NAME')}`} --why ${shell(values.why || 'TEXT')}`;
const LASTS = {name: 'for', label: 'For how long', note: 'such as 90d; empty for the default of the policy'};
const shadow = verb =>
  verb === 'confirm' && inShadow()
    ? ' The filter is in shadow: nothing of this is enforced until the policy says “mode: enforce”. A standing that you set is.'
    : '';
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
      ? `The members share the limits of one customer and a daily budget (page Limits), and their prose is marked. Verified accounts, organisations and vouched accounts are spared. “Take judgements back” in the dossier undoes it.${shadow(verb)}`
      : 'The members were suspected without cause: they are clear at once, and this evidence no longer counts against them.',
  path: `/clusters/${encodeURIComponent(id)}/${verb}`,
  fields: [
    {name: 'except', label: 'Leave out', note: 'account ids separated by commas: they are judged the opposite way'},
    LASTS,
    ...(verb === 'confirm'
      ? [
          {name: 'verified', label: 'Include verified accounts', check: true},
          {
            name: 'joins',
            label: 'Accounts that join the campaign later',
            value: 'nothing',
            options: ['nothing', 'queue', 'mark', 'pool'],
          },
          {name: 'promise', label: 'Promise', note: 'share of honest newcomers that may be pooled wrongly; empty for 0.001'},
        ]
      : []),
  ],
  body: values =>
    given({
      by: values.by,
      why: values.why,
      revision: values.revision ?? revision,
      for: values.for,
      verified: values.verified ?? '',
      joins: joining(values) ? values.joins : '',
      promise: values.promise ? Number(values.promise) : '',
      except: values.except
        ? values.except
            .split(',')
            .map(each => each.trim())
            .filter(Boolean)
        : '',
    }),
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
});

const ACCOUNT = {
  confirm: ['Confirm', 'The account works for a campaign. It is pooled at least, also if it is verified.'],
  refute: ['Refute', 'The account was suspected without cause: it is clear at once.'],
  vouch: ['Vouch for', 'The customer is known to be honest: marked at most, and compared with newcomers as a known customer.'],
};

/** Order that judges an account. @param {'confirm'|'refute'|'vouch'} verb @param {string} id @returns {Order} */
export const judgeAccount = (verb, id) => ({
  title: `${ACCOUNT[verb][0]} account ${visible(id).slice(0, 60)}?`,
  button: `${ACCOUNT[verb][0]} the account`,
  effect: ACCOUNT[verb][1] + shadow(verb),
  danger: verb === 'confirm',
  path: `/accounts/${encodeURIComponent(id)}/${verb}`,
  fields: [LASTS],
  body: values => given({by: values.by, why: values.why, for: values.for}),
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
      options: ['clear', 'marked', 'pooled', ...(mayWrite('review') && !mayWrite('admin') ? [] : ['blocked'])],
    },
    LASTS,
  ],
  body: values => given({standing: values.standing, for: values.for, by: values.by, why: values.why}),
});

/** Order that takes a set standing back. @param {'accounts'|'clusters'} page @param {string} id @param {string} [standing] the one that was set @returns {Order} */
export const unpin = (page, id, standing) => ({
  role: standing === 'blocked' ? 'admin' : 'review',
  title: 'Take the set standing back?',
  button: 'Take back',
  effect: 'The standing from evidence applies again.',
  path: `/${page}/${encodeURIComponent(id)}/unpin`,
  body: values => given({by: values.by, why: values.why}),
});

const who = values => given({by: values.by, why: values.why});

/** Returns the role that a change of an order needs. */
const roleOf = ({action, details}) => (action === 'erase' || details?.standing === 'blocked' ? 'admin' : 'review');

/** Order that asks for a waiting order as another operator. @param {any} asked @returns {Order} */
export const approve = asked => ({
  title: `Approve the order on ${visible(asked.subject).slice(0, 60)}?`,
  role: roleOf(asked),
  button: 'Approve',
  danger: true,
  effect: `You ask for the same as ${visible(asked.asked.join(', ')).slice(0, 200)}. It takes effect once ${asked.needs} operators have asked.`,
  path: `/orders/${asked.id}/approve`,
  body: who,
});

/** Order that takes another one back. @param {any} given @returns {Order} */
export const withdraw = given => ({
  title: `Withdraw the order on ${visible(given.subject).slice(0, 60)}?`,
  role: roleOf(given),
  button: 'Withdraw',
  effect: `Evidence decides again about the accounts that no later order decides about.${given.needs ? ` It takes effect once ${given.needs} operators have asked.` : ''}`,
  path: `/orders/${given.id}/withdraw`,
  body: who,
});

/** Order that takes the present time for right. @returns {Order} */
export const confirmClock = () => ({
  title: 'Is the time right?',
  role: 'admin',
  button: 'Confirm the time',
  effect: 'Orders end again by the clock. Those whose end has passed by it end at once.',
  path: '/orders/clock/confirm',
  body: who,
});

/** Order that goes back to the policy before the one in force. @returns {Order} */
export const rollback = () => ({
  title: 'Go back to the previous policy?',
  role: 'admin',
  button: 'Roll back',
  danger: true,
  effect:
    'The policy before the one in force is put in force at this gateway and stays pinned until the policy file changes. Accounts stay. No bucket is refilled.',
  path: '/rollback',
  body: who,
  command: values => `stillgate reload --rollback${flags(values)}`,
});

/** Order that reads the files again. @returns {Order} */
export const reload = () => ({
  title: 'Read the policy again?',
  role: 'admin',
  button: 'Reload',
  effect: 'The files are read and checked. Invalid files change nothing.',
  path: '/reload',
  body: who,
  command: values => `stillgate reload${flags(values)}`,
});
