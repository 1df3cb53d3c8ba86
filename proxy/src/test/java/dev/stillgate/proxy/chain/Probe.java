package dev.stillgate.proxy.chain;

import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.ConnectionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Filter of all phases that performs a given action in one phase, allows in the others, and records its calls. */
final class Probe implements ConnectionFilter, RequestFilter, BodyFilter, ResponseFilter, CompletionFilter {
    /** The action of a filter. */
    enum Act {
        ALLOW,
        /** Returns an instance that is equal but not identical to the constant. */
        ALLOW_ANEW,
        FLAG,
        REJECT,
        NULL,
        THROW,
        OVERFLOW_STACK,
        LINKAGE
    }

    static final Verdict.Reject REJECT = new Verdict.Reject(Verdict.Kind.BLOCKED, "probe-rejects", "No.");
    private final FilterPhase phase;
    private final Act act;
    final List<FilterPhase> calls = new ArrayList<>();

    Probe(FilterPhase phase, Act act) {
        this.phase = phase;
        this.act = act;
    }

    int completions() {
        return (int) calls.stream().filter(FilterPhase.COMPLETION::equals).count();
    }

    @Override
    public boolean accept(ConnectionFacts peer) {
        return act(FilterPhase.CONNECTION) != Act.REJECT;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        return verdict(act(FilterPhase.REQUEST));
    }

    @Override
    public Verdict onBody(Exchange exchange, BodyView body) {
        return verdict(act(FilterPhase.BODY));
    }

    @Override
    public ResponseTap onResponse(Exchange exchange, ResponseHead head) {
        head.add(new Header("x-probe", String.valueOf(head.status())));
        return switch (act(FilterPhase.RESPONSE)) {
            case NULL -> null;
            case ALLOW_ANEW -> new ResponseTap.None();
            default -> ResponseTap.NONE;
        };
    }

    @Override
    public void onComplete(Exchange exchange, Outcome outcome) {
        act(FilterPhase.COMPLETION);
    }

    private Act act(FilterPhase now) {
        calls.add(now);
        if (now != phase) {
            return Act.ALLOW;
        }
        return switch (act) {
            case THROW -> throw new IllegalStateException("probe fails");
            case LINKAGE -> throw new NoClassDefFoundError("probe/Missing");
            case OVERFLOW_STACK -> throw new StackOverflowError();
            default -> act;
        };
    }

    private static Verdict verdict(Act act) {
        return switch (act) {
            case REJECT -> REJECT;
            case FLAG -> new Verdict.Flag(1, "probe-flags");
            case NULL -> null;
            case ALLOW_ANEW -> new Verdict.Allow();
            default -> Verdict.ALLOW;
        };
    }
}
