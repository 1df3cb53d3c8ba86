/** Dialog of orders: it shows the command that an order stands for, asks why, sends it, and shows the answer. */
import {html, nothing, adminCommand, commands, curl, multiline, text} from './widgets.js';
import {words} from './format.js';
import {mayWrite, order, signedName, whyNot} from './net.js';

let open = null;
let redraw = () => {};

/** Sets the function that draws the page again. @param {() => void} draw */
export const onDraw = draw => {
  redraw = draw;
};

/** Returns the name that the operator gave before; empty where the credential tells it, so that orders need none. */
const remembered = () => (signedName() ? '' : (sessionStorage.getItem('by') ?? ''));

/**
 * @typedef {object} Order
 * @property {string} title the question, such as "Confirm cluster c1?"
 * @property {string} button name of the button that sends it
 * @property {string} effect one or two sentences about the effect
 * @property {string} path
 * @property {(values: any) => object|null} body
 * @property {(values: any) => string|string[]} [command] the commands that do the same (default: `stillgate admin POST`)
 * @property {{name: string, label: string, value?: string, options?: string[], needed?: boolean, note?: string, check?: boolean}[]} [fields] in addition to `by` and `why`
 * @property {'review'|'admin'} [role] the role that it needs
 * @property {boolean} [danger]
 * @property {boolean} [plain] asks neither by nor why
 */

function initial(wanted, by, why) {
  const values = {by, why};
  for (const field of wanted.fields ?? []) values[field.name] = field.value ?? (field.check ? false : '');
  return values;
}

/** Opens the dialog of an order. @param {Order} wanted */
export function ask(wanted) {
  open = {...wanted, values: initial(wanted, remembered(), ''), answer: null, busy: false};
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

/** Accounts that an answer lists at most. */
const LISTED = 100;
const spared = list => (list.length < LISTED ? list.length : `at least ${LISTED}`);

/** Says what became of an order on an order. @param {any} page */
const given = ({status, needs, asked = []}) =>
  status === 'waiting'
    ? `It waits for another operator: ${asked.length} of ${needs} have asked.`
    : status === 'in-force'
      ? 'The order is in force.'
      : `The order is ${words(status)}.`;

/** What a refusal means, by its status. */
const REFUSED = {
  403: 'Your role does not allow this.',
  404: 'Not done: this gateway does not know it.',
  409: 'Not done: the order is not as this page shows it.',
  503: 'Nothing has changed: the order could not be written.',
};

function answered(answer) {
  if (!answer) return nothing;
  if (answer.ok) {
    const filters = Object.values(answer.data?.filters ?? {});
    const done = filters.map(part => part?.decided ?? part?.pending).find(Boolean);
    const unenforced = filters.map(part => part?.notEnforced).find(Boolean);
    return html`<div class="answer good" role="status">
      <p>
        <b>${unenforced ? 'Recorded, not enforced:' : 'Done.'}</b> ${unenforced ? html`${text(unenforced, 500)}.` : nothing} ${answer.data?.inForce ? html`In force: ${answer.data.inForce}.` : nothing}
        ${done?.needed ? html`It waits for another operator: ${done.approvals} of ${done.needed} approvals.` : nothing}
        ${done?.labelled != null ? html`${done.labelled} accounts labelled${done.pooled ? ' and pooled' : ''}, ${spared(done.exempt ?? [])} spared.` : nothing}
        ${answer.data?.status ? given(answer.data) : nothing}
        ${answer.status === 202 ? 'It is kept and in force at this gateway, and not yet known to the fleet: the store did not answer. It is sent again until it does.' : nothing}
        ${answer.data?.kept ? html`Kept ${text(answer.data.kept, 200)}.` : nothing}
        ${!answer.data ? multiline(answer.text) : nothing}
      </p>
    </div>`;
  }
  const details = answer.data?.details ?? answer.data ?? {};
  return html`<div class="answer bad" role="alert">
    <p>
      <b>${details.revision != null ? 'The members have changed since this page was read.' : (REFUSED[answer.status] ?? 'Not done.')}</b>
      ${multiline(answer.error)}
    </p>
    ${
      answer.status === 409 && details.revision != null
        ? html`<p>
            ${details.added?.length ?? 0} accounts joined, ${details.removed?.length ?? 0} left.
            <button type="button" @click=${() => refresh(details.revision)}>Use revision ${details.revision}</button>
          </p>`
        : nothing
    }
  </div>`;
}

function field({name, label, options, needed, note, check}) {
  const set = event => {
    open.values[name] = check ? event.target.checked : event.target.value;
    redraw();
  };
  const value = open.values[name];
  if (check)
    return html`<label class="check"><input type="checkbox" .checked=${value} @change=${set} /> ${label}</label>`;
  return html`<label
    >${label}${
      options
        ? html`<select .value=${value} @change=${set}>
            ${options.map(each => html`<option ?selected=${each === value}>${each}</option>`)}
          </select>`
        : html`<input
            name=${name}
            .value=${value}
            ?required=${needed}
            maxlength="500"
            autocomplete="off"
            @input=${set}
          />`
    }${note ? html`<span class="note">${note}</span>` : nothing}</label
  >`;
}

/** Returns the commands that do the same as an order. @param {Order} wanted @param {any} values */
const lines = (wanted, values) => [
  ...(wanted.command ? [wanted.command(values)].flat() : [adminCommand(wanted.path, wanted.body(values))]),
  curl(wanted.path, wanted.body(values)),
];

/** Returns the dialog, empty while no order is open. */
export function dialog() {
  if (!open) return html`<dialog class="order" aria-label="Order"></dialog>`;
  const {values, answer} = open;
  const done = answer?.ok;
  return html`<dialog
    class="order"
    aria-labelledby="order-title"
    @close=${() => {
      if (open) {
        open = null;
        redraw();
      }
    }}
  >
    <form method="dialog" @submit=${send}>
      <h2 id="order-title">${open.title}</h2>
      <p>${open.effect}</p>
      ${
        done
          ? nothing
          : html`${
              open.plain
                ? nothing
                : html`${signedName() ? html`<p class="note">By ${text(signedName(), 100)}</p>` : field({name: 'by', label: 'Your name', needed: true})}
                  ${field({name: 'why', label: 'Why', needed: true, note: 'kept in the audit log, and shown on the page'})}`
            }
            ${(open.fields ?? []).map(field)}`
      }
      <h3>This is the same as</h3>
      ${commands(lines(open, values))}
      ${answered(answer)}
      <p class="buttons">
        ${done ? nothing : html`<button class=${open.danger ? 'danger' : 'primary'} ?disabled=${open.busy}>${open.busy ? 'Sending …' : open.button}</button>`}
        <button type="button" @click=${close}>${done ? 'Close' : 'Cancel'}</button>
      </p>
    </form>
  </dialog>`;
}

/** A button for an order; none for those who may not give it. @param {unknown} label @param {() => Order} make @param {string} [kind] @param {boolean} [disabled] */
export const orderButton = (label, make, kind = '', disabled = false) =>
  mayWrite(make().role)
    ? html`<button type="button" class=${kind} ?disabled=${disabled} @click=${() => ask(make())}>${label}</button>`
    : nothing;

/** A button for an order; for those who may not give it here, the command that does the same. @param {unknown} label @param {() => Order} make @param {string} [kind] @param {boolean} [disabled] */
export function orderOrCommand(label, make, kind = '', disabled = false) {
  const order = make();
  if (mayWrite(order.role) || disabled) return orderButton(label, make, kind, disabled);
  return html`<details class="orders">
    <summary>${label} <span class="note">· command</span></summary>
    ${commands(lines(order, initial(order, signedName() ? '' : 'NAME', 'TEXT')).slice(0, 1))}
  </details>`;
}

/** Says why there are no buttons. */
export const readOnly = () => (mayWrite() ? nothing : html`${whyNot()} Commands stand in place of buttons.`);
