/** Gauges of token buckets. */
import {html, nothing, bar, brief} from './widgets.js';
import {count, duration, short, words} from './format.js';

/** Returns an amount of a limit; limits of cost are in millionths of a currency. */
const amount = (limit, value) =>
  limit.unit ? `${count(value / 1e6)} ${limit.unit.replace('millionths of ', '')}` : short(value);

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
              ${bar(limit.capacity ? limit.left / limit.capacity : 0, `${amount(limit, limit.left)} of ${amount(limit, limit.capacity)} left`)}
              <span class="note"
                >${limit.left >= limit.capacity ? 'full' : limit.fullInSeconds > 0 ? `full in ${duration(limit.fullInSeconds)}` : ''}${limit.leased ? ` · ${amount(limit, limit.leased)} leased by this gateway` : ''}</span
              >
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
