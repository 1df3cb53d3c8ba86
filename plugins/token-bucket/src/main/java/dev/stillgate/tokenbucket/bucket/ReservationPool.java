package dev.stillgate.tokenbucket.bucket;

import java.util.ArrayDeque;

/** Pool of reservations for each thread, so that a decision allocates nothing. Thread-safe. */
public final class ReservationPool {
    private static final int MOST = 4096;

    private final ThreadLocal<ArrayDeque<Reservation>> free = ThreadLocal.withInitial(ArrayDeque::new);

    /** Returns a reset reservation. */
    public Reservation take() {
        Reservation demand = free.get().pollLast();
        if (demand == null) {
            demand = new Reservation();
        }
        demand.reset();
        return demand;
    }

    /** Returns a reservation to the pool; the caller must not use it afterwards. */
    public void giveBack(Reservation demand) {
        demand.clearOwners();
        ArrayDeque<Reservation> mine = free.get();
        if (mine.size() < MOST) {
            mine.addLast(demand);
        }
    }
}
