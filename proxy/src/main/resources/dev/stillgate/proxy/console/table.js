/** Table with sorting, a filter, and rows that exist only while they are in sight. */
import {html, render, nothing} from './lib/lit-html.js';
import {count} from './format.js';

const ROW = 34;
const SPARE = 12;
const VIRTUAL = 60;
const PRINTED = 1000;

/**
 * @typedef {object} Column
 * @property {string} name heading
 * @property {(row: any) => unknown} cell content
 * @property {(row: any) => string|number|null} [by] value to sort by
 * @property {(row: any) => string} [find] text to filter by
 * @property {boolean} [num] right-aligned
 * @property {string} [gloss] explanation of the heading
 * @property {boolean} [minor] left out on a narrow screen
 */

const kind = column => `${column.num ? 'n' : ''}${column.minor ? ' minor' : ''}`;

/** Element `sg-table`; set `columns`, `rows` and `caption`, optionally `sorted` ([column index, descending]), `more`, and `wraps` (lines break). */
class Table extends HTMLElement {
  #columns = [];
  #rows = [];
  #shown = [];
  #order = null;
  #filter = '';
  #queued = false;
  #stale = true;
  #all = false;
  caption = '';
  more = '';
  wraps = false;

  set columns(value) {
    this.#columns = value;
    this.#queue();
  }
  set rows(value) {
    if (value !== this.#rows) {
      this.#rows = value;
      this.#stale = true;
    }
    this.#queue();
  }
  set sorted(value) {
    this.#order ??= value;
  }
  get rows() {
    return this.#shown;
  }

  connectedCallback() {
    addEventListener('beforeprint', this.#print);
    addEventListener('afterprint', this.#printed);
    this.#queue();
  }

  disconnectedCallback() {
    removeEventListener('beforeprint', this.#print);
    removeEventListener('afterprint', this.#printed);
  }

  #print = () => {
    this.#all = true;
    this.#draw();
  };
  #printed = () => {
    this.#all = false;
    this.#draw();
  };

  #queue() {
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(() => {
      this.#queued = false;
      if (this.isConnected) this.#draw();
    });
  }

  #arrange() {
    const wanted = this.#filter.trim().toLowerCase();
    const finders = this.#columns.filter(column => column.find ?? column.by);
    let rows = wanted
      ? this.#rows.filter(row =>
          finders.some(column =>
            String((column.find ?? column.by)(row) ?? '')
              .toLowerCase()
              .includes(wanted),
          ),
        )
      : this.#rows;
    if (this.#order) {
      const [index, down] = this.#order;
      const by = this.#columns[index]?.by;
      if (by) {
        const keyed = rows.map(row => [by(row), row]);
        keyed.sort(([a], [b]) =>
          (a ?? -Infinity) < (b ?? -Infinity) ? -1 : (a ?? -Infinity) > (b ?? -Infinity) ? 1 : 0,
        );
        if (down) keyed.reverse();
        rows = keyed.map(([, row]) => row);
      }
    }
    this.#shown = rows;
    this.#stale = false;
  }

  #sort(index) {
    const [present, down] = this.#order ?? [];
    this.#order = [index, present === index ? !down : Boolean(this.#columns[index].num)];
    this.#stale = true;
    this.#draw();
  }

  #seek(event) {
    this.#filter = event.target.value;
    this.#stale = true;
    this.querySelector('.rows').scrollTop = 0;
    this.#draw();
  }

  #head(column, index) {
    const [present, down] = this.#order ?? [];
    const order = present === index ? (down ? 'descending' : 'ascending') : 'none';
    return html`<th
      scope="col"
      role="columnheader"
      class=${kind(column)}
      aria-sort=${column.by ? order : nothing}
      title=${column.gloss ?? nothing}
    >
      ${
        column.by && !this.#all
          ? html`<button type="button" class="sort" @click=${() => this.#sort(index)}>
              ${column.name}<span aria-hidden="true">${order === 'none' ? '' : down ? ' ▾' : ' ▴'}</span>
            </button>`
          : column.name
      }
    </th>`;
  }

  /** Says which rows are in sight. */
  #sight(size, box) {
    const top = Math.floor((box?.scrollTop ?? 0) / ROW);
    const fit = Math.max(1, Math.floor((box?.clientHeight || 640) / ROW) - 1);
    return html`<p class="note sight">
      Rows ${count(top + 1)} to ${count(Math.min(size, top + fit))} of ${count(size)}; scroll the table for more. Printed
      and exported, all are there.
    </p>`;
  }

  #draw() {
    if (this.#stale) this.#arrange();
    const rows = this.#shown;
    const virtual = rows.length > VIRTUAL && !this.#all;
    const box = this.querySelector('.rows');
    const first = virtual ? Math.max(0, Math.min(rows.length - 1, Math.floor((box?.scrollTop ?? 0) / ROW) - SPARE)) : 0;
    const last = virtual
      ? Math.min(rows.length, first + Math.ceil((box?.clientHeight || 600) / ROW) + 2 * SPARE)
      : Math.min(rows.length, this.#all ? PRINTED : rows.length);
    const gap = size =>
      size > 0
        ? html`<tr class="gap" aria-hidden="true">
            <td colspan=${this.#columns.length} height=${size * ROW}></td>
          </tr>`
        : nothing;
    render(
      html`${
          this.#rows.length > 8
            ? html`<p class="filter">
                <label
                  >Filter
                  <input
                    type="search"
                    autocomplete="off"
                    spellcheck="false"
                    .value=${this.#filter}
                    @input=${event => this.#seek(event)}
                /></label>
                <span class="note" role="status"
                  >${rows.length === this.#rows.length ? count(rows.length) : `${count(rows.length)} of ${count(this.#rows.length)}`}
                  rows${this.more ? `, ${this.more}` : ''}</span
                >
              </p>`
            : nothing
        }
        <p class="note sideways">The table goes on to the right: scroll it sideways.</p>
        <div
          class="rows ${virtual ? 'virtual' : ''} ${this.wraps ? 'wraps' : ''}"
          tabindex="0"
          role="region"
          aria-label=${this.caption}
          @scroll=${virtual ? () => this.#queue() : nothing}
        >
          <table role="table" aria-rowcount=${rows.length + 1}>
            <caption class="vh">
              ${this.caption}
            </caption>
            <thead role="rowgroup">
              <tr role="row" aria-rowindex="1">
                ${this.#columns.map((column, index) => this.#head(column, index))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              ${gap(first)}${rows.slice(first, last).map(
                (row, i) =>
                  html`<tr role="row" aria-rowindex=${first + i + 2} class=${row.class ?? ''}>
                    ${this.#columns.map((column, c) =>
                      c
                        ? html`<td role="cell" class=${kind(column)} data-name=${column.name}>${column.cell(row)}</td>`
                        : html`<th scope="row" role="rowheader" class=${kind(column)}>${column.cell(row)}</th>`,
                    )}
                  </tr>`,
              )}${gap(virtual ? rows.length - last : 0)}
              ${
                rows.length
                  ? nothing
                  : html`<tr>
                      <td colspan=${this.#columns.length} class="empty">
                        No rows${this.#filter ? ' for this filter' : ''}.
                      </td>
                    </tr>`
              }
              ${
                this.#all && rows.length > last
                  ? html`<tr>
                      <td colspan=${this.#columns.length} class="empty">and ${count(rows.length - last)} more</td>
                    </tr>`
                  : nothing
              }
            </tbody>
          </table>
        </div>
        ${virtual ? this.#sight(rows.length, box) : nothing}`,
      this,
    );
    const drawn = this.querySelector('.rows');
    this.toggleAttribute('data-wide', drawn.scrollWidth > drawn.clientWidth + 1);
  }
}

customElements.define('sg-table', Table);

/**
 * Returns a table.
 * @param {string} caption
 * @param {Column[]} columns
 * @param {any[]} rows
 * @param {{sorted?: [number, boolean], more?: string, wraps?: boolean}} [options]
 */
export const table = (caption, columns, rows, {sorted, more, wraps} = {}) =>
  html`<sg-table
    .caption=${caption}
    .more=${more ?? ''}
    .wraps=${wraps ?? false}
    .sorted=${sorted ?? null}
    .columns=${columns}
    .rows=${rows}
  ></sg-table>`;
