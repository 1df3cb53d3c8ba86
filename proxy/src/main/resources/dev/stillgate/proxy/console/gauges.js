/** Gauges of token buckets. */
import {html, nothing, bar, brief} from './widgets.js';
import {duration, short, words} from './format.js';

/** Returns the gauges of the limits of an account. @param {any[]} limits */
export const gauges = limits =>
  html`<table class="bars gauges">
    <caption class="vh">
      Limits and what is left of them
    </caption>
    <thead class="vh">
      <tr>
        <th scope="col">Limit</th>
        <th scope="col">Left</th>
      </tr>
    </thead>
    <tbody>
      ${limits.map(
        limit =>
          html`<tr>
            <th scope="row">
              ${brief(limit.name)}
              <span class="note"
                >${words(limit.measure)}${limit.model ? html`, ${brief(limit.model)}` : nothing}${limit.route ? html`, ${brief(limit.route)}` : nothing}</span
              >
            </th>
            <td>
              ${bar(limit.capacity ? limit.left / limit.capacity : 0, `${short(limit.left)} of ${short(limit.capacity)} left`)}
              <span class="note"
                >${limit.left >= limit.capacity ? 'full' : limit.fullInSeconds > 0 ? `full in ${duration(limit.fullInSeconds)}` : ''}${limit.leased ? ` · ${short(limit.leased)} leased by this gateway` : ''}</span
              >
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
