package dev.stillgate.spi.orders;

import java.time.Duration;

/**
 * End of an order: a date, or a duration that begins with the order.
 *
 * @param millis milliseconds, since the epoch for a date
 */
public record OrderEnd(long millis, boolean isDate) {
    /** Returns the end at a time in milliseconds since the epoch, exclusive. */
    public static OrderEnd at(long millis) {
        return new OrderEnd(millis, true);
    }

    /** Returns the end of an order that lasts some time. */
    public static OrderEnd after(Duration duration) {
        return new OrderEnd(duration.toMillis(), false);
    }

    /** Returns the end of an order that is given at a time; both in milliseconds since the epoch. */
    public long of(long time) {
        return isDate ? millis : time + millis;
    }
}
