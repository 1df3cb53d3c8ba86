package dev.stillgate.proxy.policy;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** The event {@code stillgate.Reload} of a flight recording: reading, building and swapping a policy. */
@Name("stillgate.Reload")
@Label("Policy Reload")
@Category("Stillgate")
@Description("A reload or rollback of the policy")
@StackTrace(false)
final class ReloadEvent extends Event {
    @Label("Cause")
    @Nullable
    String cause;

    @Label("Result")
    @Nullable
    String result;

    @Label("Generation in Force")
    long generation;

    static ReloadEvent begin(String cause) {
        ReloadEvent event = new ReloadEvent();
        event.cause = cause;
        event.begin();
        return event;
    }

    void end(String outcome, long inForce) {
        result = outcome;
        generation = inForce;
        commit();
    }
}
