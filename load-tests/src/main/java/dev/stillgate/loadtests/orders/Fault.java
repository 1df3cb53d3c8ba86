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
    /** One operator withdraws what several must. */
    WITHDRAW(Target.PROCESS),
    /** The accounts file gives the key of a blocked account to another one. */
    KEY_SWAP(Target.PROCESS),
    /** Another file with fewer orders is put in place of the journal of the running gateway. */
    JOURNAL_REPLACED(Target.PROCESS),
    /** The journal of the running gateway is cut in place. */
    JOURNAL_CUT(Target.PROCESS),
    /** The journal is cut while the gateway is down: it must not start by itself. */
    JOURNAL_LOST(Target.PROCESS),
    /** The gateway starts while its clock is 100 days ahead, which is put right later. */
    CLOCK_AT_START(Target.RESTART),
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
        /** The process and its clock. */
        RESTART,
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
