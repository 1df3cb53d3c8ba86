package dev.stillgate.proxy.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/** The event {@code stillgate.Exchange} of a flight recording: an exchange that took a second or longer. */
@Name("stillgate.Exchange")
@Label("Exchange")
@Category("Stillgate")
@Description("An exchange that took a second or longer, recorded at its end")
@StackTrace(false)
public final class ExchangeEvent extends Event {
    /** The shortest exchange that is recorded. */
    public static final long LEAST_NANOS = 1_000_000_000;

    @Label("Request ID")
    @Nullable
    String requestId;

    @Label("Account")
    @Nullable
    String account;

    @Label("Operation")
    @Nullable
    String operation;

    @Label("Model")
    @Nullable
    String model;

    @Label("Upstream")
    @Nullable
    String upstream;

    @Label("Outcome")
    @Nullable
    String outcome;

    @Label("Code")
    @Nullable
    String code;

    @Label("Status")
    int status;

    @Label("Streamed")
    boolean stream;

    @Label("Length")
    @Timespan
    long length;

    @Label("Time to First Byte")
    @Timespan
    long firstByte;

    @Label("Input Tokens")
    long inputTokens;

    @Label("Output Tokens")
    long outputTokens;

    /** Records an exchange if a recording wants it. */
    public static void record(AccessRecord entry) {
        ExchangeEvent event = new ExchangeEvent();
        if (!event.shouldCommit()) {
            return;
        }
        event.requestId = entry.requestId();
        event.account = entry.account();
        event.operation = entry.operation().label();
        event.model = entry.responseModel() == null ? entry.requestModel() : entry.responseModel();
        event.upstream = entry.upstream();
        event.outcome = entry.outcome();
        event.code = entry.code();
        event.status = entry.status();
        event.stream = entry.stream();
        event.length = entry.durationNanos();
        event.firstByte = Math.max(0, entry.firstByteNanos());
        event.inputTokens = Math.max(0, entry.usage().input());
        event.outputTokens = Math.max(0, entry.usage().output());
        event.commit();
    }
}
