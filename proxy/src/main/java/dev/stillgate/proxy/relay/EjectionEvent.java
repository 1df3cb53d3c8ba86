package dev.stillgate.proxy.relay;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** The event {@code stillgate.Ejection} of a flight recording: an endpoint receives no requests for a while. */
@Name("stillgate.Ejection")
@Label("Endpoint Ejection")
@Category("Stillgate")
@Description("An endpoint was ejected after failed requests")
@StackTrace(false)
final class EjectionEvent extends Event {
    @Label("Upstream")
    @Nullable
    String upstream;

    @Label("Endpoint")
    @Nullable
    String endpoint;

    @Label("Time")
    @Timespan
    long time;

    static void record(String upstream, String endpoint, long nanos) {
        EjectionEvent event = new EjectionEvent();
        event.upstream = upstream;
        event.endpoint = endpoint;
        event.time = nanos;
        event.commit();
    }
}
