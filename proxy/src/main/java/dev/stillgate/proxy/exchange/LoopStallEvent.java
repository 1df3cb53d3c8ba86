package dev.stillgate.proxy.exchange;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The event {@code stillgate.LoopStall} of a flight recording: an event loop ran its periodic task late. */
@Name("stillgate.LoopStall")
@Label("Event Loop Stall")
@Category("Stillgate")
@Description("The periodic task of an event loop ran more than 10 ms late: the loop was busy or the process had no CPU")
@StackTrace(false)
final class LoopStallEvent extends Event {
    private static final long LEAST_NANOS = 10_000_000;

    @Label("Lateness")
    @Timespan
    long lateness;

    /** Records a stall of more than 10 ms on the current thread if a recording wants it. */
    static void record(long lateNanos) {
        if (lateNanos > LEAST_NANOS) {
            LoopStallEvent event = new LoopStallEvent();
            event.lateness = lateNanos;
            event.commit();
        }
    }
}
