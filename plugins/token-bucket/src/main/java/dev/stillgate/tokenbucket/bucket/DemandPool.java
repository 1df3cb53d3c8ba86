package dev.stillgate.tokenbucket.bucket;

import java.util.ArrayDeque;

/** Demands that were used and will be again, by thread, so that a decision allocates nothing. */
public final class DemandPool {
    private static final int MOST = 4096;

    private final ThreadLocal<ArrayDeque<Demand>> free = ThreadLocal.withInitial(ArrayDeque::new);

    /** Returns a demand of which nothing is known. */
    public Demand take() {
        Demand demand = free.get().pollLast();
        if (demand == null) {
            demand = new Demand();
        }
        demand.reset();
        return demand;
    }

    /** Takes a demand back, which is used no more. */
    public void giveBack(Demand demand) {
        demand.clearOwners();
        ArrayDeque<Demand> mine = free.get();
        if (mine.size() < MOST) {
            mine.addLast(demand);
        }
    }
}
