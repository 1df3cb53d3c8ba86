package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.exchange.WrittenExchange;
import java.util.PriorityQueue;

/**
 * Queue of the exchanges in progress, ordered by end time. Beyond {@link #MOST} exchanges, the next to end is ended
 * early and counted.
 */
final class EndingQueue {
    /** The maximum number of open exchanges. */
    static final int MOST = 1 << 18;

    private final int most;
    private final PriorityQueue<WrittenExchange> byEnd = new PriorityQueue<>();
    private long endedEarly;

    EndingQueue(int most) {
        this.most = most;
    }

    void add(WrittenExchange exchange) {
        byEnd.add(exchange);
    }

    /** Returns whether the limit is exceeded, so that one exchange must end now. */
    boolean isOverfull() {
        return byEnd.size() > most;
    }

    /** Returns the end time of the next exchange in virtual nanoseconds, {@link Long#MAX_VALUE} when there is none. */
    long nextEnd() {
        WrittenExchange next = byEnd.peek();
        return next == null ? Long.MAX_VALUE : VirtualClock.nanos(next.endMillis());
    }

    /** Removes the exchange that ends next. */
    WrittenExchange take() {
        return byEnd.remove();
    }

    /** Removes the exchange that ends next and counts it as ended early. */
    WrittenExchange takeEarly() {
        endedEarly++;
        return byEnd.remove();
    }

    /** Returns the number of exchanges that ended early. */
    long endedEarly() {
        return endedEarly;
    }
}
