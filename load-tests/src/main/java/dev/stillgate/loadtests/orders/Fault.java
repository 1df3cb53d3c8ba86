package dev.stillgate.loadtests.orders;

/** Fault that the nemesis lets happen. */
enum Fault {
    KILL(Target.PROCESS),
    TERMINATE(Target.PROCESS),
    PAUSE(Target.PROCESS),
    /** The gateway is killed and starts with an empty state directory. */
    EMPTY_DISK(Target.PROCESS),
    /** The gateway is killed and starts with an older copy of its state directory. */
    OLD_DISK(Target.PROCESS),
    WITHDRAW(Target.PROCESS),
    KEY_SWAP(Target.PROCESS),
    JOURNAL_REPLACED(Target.PROCESS),
    JOURNAL_CUT(Target.PROCESS),
    /** The journal is cut while the gateway is down. */
    JOURNAL_LOST(Target.PROCESS),
    /** The clock is far ahead at a start, and is put right later. */
    CLOCK_AT_START(Target.PROCESS),
    CUT(Target.LINK),
    STALL(Target.LINK),
    STALL_REPLIES(Target.LINK),
    DELAY(Target.LINK),
    CLOCK_AHEAD(Target.CLOCK),
    CLOCK_BEHIND(Target.CLOCK),
    /** The clock jumps several times, by minutes to days. */
    CLOCK_JUMPS(Target.CLOCK),
    STORE_KILLED(Target.STORE),
    STORE_PAUSED(Target.STORE),
    /** The store is killed and starts without what it had written. */
    STORE_LOST(Target.STORE),
    STORE_FLUSHED(Target.STORE),
    /** The store refuses writes for want of memory. */
    STORE_FULL(Target.STORE),
    /** All gateways are killed; one starts with an empty disk, and one with an older copy. */
    FLEET_RESTART(Target.FLEET);

    /** Part of the fleet that a fault acts on; one fault at a time acts on each. */
    enum Target {
        PROCESS,
        LINK,
        CLOCK,
        STORE,
        FLEET
    }

    private final Target target;

    Fault(Target target) {
        this.target = target;
    }

    Target target() {
        return target;
    }
}
