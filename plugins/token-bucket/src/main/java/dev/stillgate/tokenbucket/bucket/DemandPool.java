package dev.stillgate.tokenbucket.bucket;

import java.util.ArrayDeque;

/** Pool of reservations for each thread, so that a decision allocates nothing. Thread-safe. */
public final class DemandPool {
    private static final int MOST = 4096;

    private final ThreadLocal<ArrayDeque<Demand>> free = ThreadLocal.withInitial(ArrayDeque::new);

    /** Returns a reset reservation. */
    public Demand take() {
        Demand demand = free.get().pollLast();
        if (demand == null) {
            demand = new Demand();
        }
        demand.reset();
        return demand;
    }

    /** Returns a reservation to the pool; the caller must not use it afterwards. */
    public void giveBack(Demand demand) {
        demand.clearOwners();
        ArrayDeque<Demand> mine = free.get();
        if (mine.size() < MOST) {
            mine.addLast(demand);
        }
    }
}
