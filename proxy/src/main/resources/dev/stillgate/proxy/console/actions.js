/** Orders: a dialog shows the command that an order stands for, asks why, sends it, and shows the answer. */
import {html, nothing, curl, text, visible} from './widgets.js';
import {mayWrite, order} from './net.js';

let open = null;
let redraw = () => {};

/** Sets the function that draws the page again. @param {() => void} draw */
export const onDraw = draw => { redraw = draw; };

const remembered = () => sessionStorage.getItem('by') ?? '';
const shell = value => /^[\w.,:@/-]+$/.test(value) ? value : `'${String(value).replace(/'/g, `'\\''`)}'`;

/**
 * @typedef {object} Order
 * @property {string} title the question, such as "Confirm cluster c1?"
 * @property {string} button name of the button that sends it
 * @property {string} effect one or two sentences about the effect
 * @property {string} path
 * @property {(values: any) => object|null} body
 * @property {(values: any) => string} [command] the stillgate command, where one exists
 * @property {{name: string, label: string, value?: string, options?: string[], needed?: boolean, note?: string, check?: boolean}[]} [fields] in addition to `by` and `why`
 * @property {boolean} [danger]
 * @property {boolean} [plain] asks neither by nor why
 */

/** Opens the dialog of an order. @param {Order} wanted */
export function ask(wanted) {
  const values = {by: remembered(), why: ''};
  for (const field of wanted.fields ?? []) values[field.name] = field.value ?? (field.check ? false : '');
  open = {...wanted, values, answer: null, busy: false};
  redraw();
  queueMicrotask(() => {
    const dialog = document.querySelector('dialog.order');
    if (dialog && !dialog.open) dialog.showModal();
  });
}

function close() {
  document.querySelector('dialog.order')?.close();
  open = null;
  redraw();
}

async function send(event) {
  event.preventDefault();
  const now = open;
  if (now.values.by) sessionStorage.setItem('by', now.values.by);
  now.busy = true;
  redraw();
  now.answer = await order(now.path, now.body(now.values));
  now.busy = false;
  redraw();
}

function refresh(revision) {
  open.values.revision = revision;
  open.answer = null;
  redraw();
}

function answered(answer) {
  if (!answer) return nothing;
  if (answer.ok) {
    const done = answer.data && Object.values(answer.data.filters ?? {}).map(part => part?.decided ?? part?.pending).find(Boolean);
    return html`<div class="answer good" role="status"><p><b>Done.</b> ${answer.data?.inForce ? html`In force: ${answer.data.inForce}.` : nothing}
      ${done?.needed ? html`It waits for another operator: ${done.approvals} of ${done.needed} approvals.` : nothing}
      ${done?.labelled != null ? html`${done.labelled} accounts labelled${done.pooled ? ' and pooled' : ''}, ${done.exempt?.length ?? 0} spared.` : nothing}
      ${!answer.data ? text(answer.text, 300) : nothing}</p></div>`;
  }
  const details = answer.data?.details ?? answer.data ?? {};
  return html`<div class="answer bad" role="alert"><p><b>${answer.status === 409 ? 'The members have changed since this page was read.' : 'Not done.'}</b> ${text(answer.error, 400)}</p>
    ${answer.status === 409 && details.revision != null ? html`<p>${details.added?.length ?? 0} accounts joined, ${details.removed?.length ?? 0} left.
      <button type="button" @click=${() => refresh(details.revision)}>Use revision ${details.revision}</button></p>` : nothing}</div>`;
}

function field({name, label, options, needed, note, check}) {
  const set = event => { open.values[name] = check ? event.target.checked : event.target.value; redraw(); };
  const value = open.values[name];
  if (check) return html`<label class="check"><input type="checkbox" .checked=${value} @change=${set}> ${label}</label>`;
  return html`<label>${label}${options ? html`<select .value=${value} @change=${set}>${options.map(each => html`<option ?selected=${each === value}>${each}</option>`)}</select>`
    : html`<input name=${name} .value=${value} ?required=${needed} maxlength="500" autocomplete="off" @input=${set}>`}${note ? html`<span class="note">${note}</span>` : nothing}</label>`;
}

/** Returns the dialog, empty while no order is open. */
export function dialog() {
  if (!open) return html`<dialog class="order" aria-label="Order"></dialog>`;
  const {values, answer} = open;
  const body = open.body(values);
  const done = answer?.ok;
  return html`<dialog class="order" aria-labelledby="order-title" @close=${() => { if (open) { open = null; redraw(); } }}>
    <form method="dialog" @submit=${send}><h2 id="order-title">${open.title}</h2><p>${open.effect}</p>
    ${done ? nothing : html`${open.plain ? nothing : html`${field({name: 'by', label: 'Your name', needed: true})}
        ${field({name: 'why', label: 'Why', needed: true, note: 'kept in the audit log, and shown on the page'})}`}
      ${(open.fields ?? []).map(field)}`}
    <h3>This is the same as</h3><pre class="command" tabindex="0">${open.command ? html`${visible(open.command(values))}
` : nothing}${visible(curl(open.path, body ?? undefined, body === null ? 'POST' : undefined))}</pre>
    ${answered(answer)}
    <p class="buttons">${done ? nothing : html`<button class=${open.danger ? 'danger' : 'primary'} ?disabled=${open.busy || !mayWrite()}>${open.busy ? 'Sending …' : open.button}</button>`}
      <button type="button" @click=${close}>${done ? 'Close' : 'Cancel'}</button></p></form></dialog>`;
}

/** A button for an order; without the right to write it still shows the command. @param {string} label @param {() => Order} make @param {string} [kind] */
export const orderButton = (label, make, kind = '') => html`<button type="button" class=${kind} @click=${() => ask(make())}>${label}</button>`;

const reviewed = (verb, id, values, revision) => `stillgate review ${verb} ${shell(id)}${revision != null ? ` --revision ${revision}` : ''} --by ${shell(values.by || 'NAME')} --why ${shell(values.why || 'TEXT')}`
  + `${values.for ? ` --for ${shell(values.for)}` : ''}${values.except ? ` --except ${shell(values.except)}` : ''}${values.verified ? ' --verified' : ''}`;
const LASTS = {name: 'for', label: 'For how long', note: 'such as 90d; empty for the default of the policy'};
const given = values => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '' && value !== false && value != null));

/** Order that judges a cluster. @param {'confirm'|'refute'} verb @param {{id: string, revision: number, size: number}} cluster @returns {Order} */
export const judgeCluster = (verb, {id, revision, size}) => ({
  title: verb === 'confirm' ? `Confirm that cluster ${visible(id).slice(0, 60)} is one actor?` : `Declare the accounts of cluster ${visible(id).slice(0, 60)} innocent?`,
  button: verb === 'confirm' ? `Confirm ${size} accounts` : `Refute ${size} accounts`,
  danger: verb === 'confirm',
  effect: verb === 'confirm' ? 'The members share the limits of one customer and a daily budget, and their prose is marked. Verified accounts, organisations and vouched accounts are spared. It can be undone account by account.'
    : 'The members were suspected without cause: they are clear at once, and this evidence no longer counts against them.',
  path: `/clusters/${encodeURIComponent(id)}/${verb}`,
  fields: [{name: 'except', label: 'Leave out', note: 'account ids separated by commas: they are judged the opposite way'}, LASTS,
    ...(verb === 'confirm' ? [{name: 'verified', label: 'Include verified accounts', check: true}] : []), ],
  body: values => given({by: values.by, why: values.why, revision: values.revision ?? revision, for: values.for, verified: values.verified ?? '',
    except: values.except ? values.except.split(',').map(each => each.trim()).filter(Boolean) : ''}),
  command: values => reviewed(verb, id, values, values.revision ?? revision),
});

const ACCOUNT = {
  confirm: ['Confirm', 'The account works for a campaign. It is tightened at least, also if it is verified.'],
  refute: ['Refute', 'The account was suspected without cause: it is clear at once.'],
  vouch: ['Vouch for', 'The customer is known to be honest: marked at most, and a reference for calibration.'],
};

/** Order that judges an account. @param {'confirm'|'refute'|'vouch'} verb @param {string} id @returns {Order} */
export const judgeAccount = (verb, id) => ({
  title: `${ACCOUNT[verb][0]} account ${visible(id).slice(0, 60)}?`, button: `${ACCOUNT[verb][0]} the account`, effect: ACCOUNT[verb][1], danger: verb === 'confirm',
  path: `/accounts/${encodeURIComponent(id)}/${verb}`, fields: [LASTS],
  body: values => given({by: values.by, why: values.why, for: values.for}), command: values => reviewed(verb, id, values),
});

/** Order that removes the judgement of an account. @param {string} id @returns {Order} */
export const unlabel = id => ({title: 'Take the judgement back?', button: 'Take back', plain: true,
  effect: 'The label is removed. The standing from evidence applies again.', path: `/accounts/${encodeURIComponent(id)}/unlabel`,
  body: () => ({}), command: () => `stillgate review unlabel ${shell(id)}`});

/** Order that sets a standing. @param {'accounts'|'clusters'} page @param {string} id @returns {Order} */
export const pin = (page, id) => ({title: `Set the standing of ${page === 'accounts' ? 'account' : 'cluster'} ${visible(id).slice(0, 60)}?`, button: 'Set standing', danger: true,
  effect: 'The standing holds whatever the evidence says, until it ends or is taken back. It is enforced in shadow mode too.', path: `/${page}/${encodeURIComponent(id)}/standing`,
  fields: [{name: 'standing', label: 'Standing', value: 'marked', options: ['clear', 'marked', 'tightened', 'pooled', 'blocked']}, LASTS],
  body: values => given({standing: values.standing, for: values.for, why: values.why ? `${values.why}${values.by ? ` (${values.by})` : ''}` : ''})});

/** Order that takes a set standing back. @param {'accounts'|'clusters'} page @param {string} id @returns {Order} */
export const unpin = (page, id) => ({title: 'Take the set standing back?', button: 'Take back', plain: true,
  effect: 'The standing from evidence applies again.', path: `/${page}/${encodeURIComponent(id)}/unpin`, body: () => ({})});

const who = values => given({by: values.by, why: values.why});
const flags = values => ` --by ${shell(values.by || 'NAME')} --why ${shell(values.why || 'TEXT')}`;

/** Order that goes back to the policy before the one in force. @returns {Order} */
export const rollback = () => ({title: 'Go back to the previous policy?', button: 'Roll back', danger: true,
  effect: 'The policy before the one in force is put in force and stays pinned until the files change. No bucket is refilled.', path: '/rollback', body: who,
  command: values => `stillgate reload --rollback${flags(values)}`});

/** Order that reads the files again. @returns {Order} */
export const reload = () => ({title: 'Read the policy again?', button: 'Reload',
  effect: 'The files are read and checked. Invalid files change nothing.', path: '/reload', body: who, command: values => `stillgate reload${flags(values)}`});
