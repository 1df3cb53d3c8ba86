package dev.stillgate.tokenbucket.bucket;

import java.util.ArrayDeque;

/** Pool of reservations for each thread, so that a decision allocates nothing. Thread-safe. */
public final class ReservationPool {
    private static final int MAX_POOLED = 4096;

    private final ThreadLocal<ArrayDeque<Reservation>> free = ThreadLocal.withInitial(ArrayDeque::new);

    /** Returns a reset reservation. */
    public Reservation take() {
        Reservation reservation = free.get().pollLast();
        if (reservation == null) {
            reservation = new Reservation();
        }
        reservation.reset();
        return reservation;
    }

    /** Returns a reservation to the pool; the caller must not use it afterwards. */
    public void giveBack(Reservation reservation) {
        reservation.clearOwners();
        ArrayDeque<Reservation> pool = free.get();
        if (pool.size() < MAX_POOLED) {
            pool.addLast(reservation);
        }
    }
}
