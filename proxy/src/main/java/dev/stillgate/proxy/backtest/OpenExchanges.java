package dev.stillgate.proxy.backtest;

import java.util.PriorityQueue;

/**
 * The exchanges whose answers are under way. At most {@link #MOST} of them: beyond that, those that would end first end
 * at once, and are counted.
 */
final class OpenExchanges {
    /** The most exchanges that are open at once. */
    static final int MOST = 1 << 18;

    private final int most;
    private final PriorityQueue<LoggedExchange> byEnd = new PriorityQueue<>();
    private long endedEarly;

    OpenExchanges(int most) {
        this.most = most;
    }

    void add(LoggedExchange exchange) {
        byEnd.add(exchange);
    }

    /** Returns whether there are so many that the first must end now. */
    boolean isOverfull() {
        return byEnd.size() > most;
    }

    /** Returns when the next exchange ends, {@link Long#MAX_VALUE} for never. */
    long nextEnd() {
        LoggedExchange next = byEnd.peek();
        return next == null ? Long.MAX_VALUE : VirtualClock.nanos(next.endMillis());
    }

    /** Takes the exchange that ends next. */
    LoggedExchange take() {
        return byEnd.remove();
    }

    /** Takes the exchange that ends next before its time. */
    LoggedExchange takeEarly() {
        endedEarly++;
        return byEnd.remove();
    }

    /** Returns how many ended before their time. */
    long endedEarly() {
        return endedEarly;
    }
}
