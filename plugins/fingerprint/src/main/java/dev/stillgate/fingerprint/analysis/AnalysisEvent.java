package dev.stillgate.fingerprint.analysis;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The event {@code stillgate.Analysis} of a flight recording: a comparison of all accounts with each other. */
@Name("stillgate.Analysis")
@Label("Analysis")
@Category("Stillgate")
@Description("A comparison of all accounts with each other")
@StackTrace(false)
final class AnalysisEvent extends Event {
    @Label("Compared Accounts")
    int compared;

    static AnalysisEvent start() {
        AnalysisEvent event = new AnalysisEvent();
        event.begin();
        return event;
    }

    void end(int accounts) {
        compared = accounts;
        commit();
    }
}
