/** Shows the time that has the focus or the pointer in UTC, in the top layer so that no table cuts it off. */
import {inUtc} from './format.js';

const GAP = 6;
let box = null;
let shown = null;

function show(time) {
  if (!time || time === shown) return;
  hide();
  box ??= make();
  box.textContent = inUtc(time.dateTime);
  box.showPopover();
  place(time);
  time.setAttribute('aria-describedby', box.id);
  shown = time;
}

function place(time) {
  const at = time.getBoundingClientRect();
  const fits = at.bottom + GAP + box.offsetHeight < innerHeight;
  box.style.top = `${fits ? at.bottom + GAP : at.top - GAP - box.offsetHeight}px`;
  box.style.left = `${Math.max(GAP, Math.min(at.left, innerWidth - box.offsetWidth - GAP))}px`;
}

function hide() {
  if (!shown) return;
  shown.removeAttribute('aria-describedby');
  box.hidePopover();
  shown = null;
}

function make() {
  const element = document.createElement('div');
  Object.assign(element, {id: 'utc', className: 'tip', popover: 'manual'});
  element.setAttribute('role', 'tooltip');
  document.body.append(element);
  return element;
}

const timeOf = event => event.target.closest?.('time');

/** Begins to watch focus and pointer. */
export function showTips() {
  addEventListener('focusin', event => (timeOf(event) ? show(timeOf(event)) : hide()));
  addEventListener('focusout', hide);
  addEventListener('mouseover', event => show(timeOf(event)));
  addEventListener('mouseout', event => {
    if (timeOf(event) === shown && shown !== document.activeElement) hide();
  });
  addEventListener('keydown', event => {
    if (event.key === 'Escape') hide();
  });
  addEventListener('scroll', () => shown && (shown === document.activeElement ? place(shown) : hide()), {
    capture: true,
    passive: true,
  });
}

/** Follows a time that was drawn again, or left the page. */
export function refreshTip() {
  if (!shown) return;
  if (shown.isConnected) box.textContent = inUtc(shown.dateTime);
  else hide();
}
