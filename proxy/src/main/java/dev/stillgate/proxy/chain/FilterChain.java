package dev.stillgate.proxy.chain;

import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.ConnectionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Verdict;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a policy, laid out by phase. Immutable and shared by all event loops; what belongs to one exchange is
 * in its {@link ChainProgress}.
 *
 * <p>Every phase, completion too, runs in the order of the list: what a filter leaves in a slot is there for those after
 * it, in every phase. The first refusal of an enforcing filter ends the chain; a filter in shadow that would have refused
 * sees the exchange again at its completion only, as it would have. No failure of a filter leaves a method of
 * this class, except a virtual machine error other than a stack that ran out. An exchange that every filter allows
 * allocates nothing here.
 */
public final class FilterChain {
    /** The most filters of a chain, one bit each. */
    public static final int MAX_FILTERS = Long.SIZE;

    private final ChainLink[] links;
    private final AdminPages pages;
    private final Slot<GeoRefusal> geoRefusal;
    private final boolean requiresUsage;
    private final boolean readsAnswer;
    private final Phase<ConnectionFilter> connection;
    private final Phase<RequestFilter> request;
    private final Phase<BodyFilter> body;
    private final Phase<ResponseFilter> response;

    FilterChain(List<ChainLink> links, AdminPages pages, Slot<GeoRefusal> geoRefusal) {
        this.links = links.toArray(ChainLink[]::new);
        this.pages = pages;
        this.geoRefusal = geoRefusal;
        this.requiresUsage = links.stream().anyMatch(link -> link.requiresUsage);
        this.readsAnswer = links.stream().anyMatch(link -> link.readsAnswer);
        this.connection = Phase.of(links, ConnectionFilter.class, new ConnectionFilter[0]);
        this.request = Phase.of(links, RequestFilter.class, new RequestFilter[0]);
        this.body = Phase.of(links, BodyFilter.class, new BodyFilter[0]);
        this.response = Phase.of(links, ResponseFilter.class, new ResponseFilter[0]);
    }

    /** Returns whether a connection may stay open. */
    public boolean accept(ConnectionFacts peer) {
        ConnectionFilter[] filters = connection.filters;
        for (int i = 0; i < filters.length; i++) {
            ChainLink link = connection.links[i];
            boolean open;
            try {
                open = link.connected(filters[i].accept(peer));
            } catch (Throwable failure) {
                open = link.connectionFailed(failure);
            }
            if (!open) {
                return false;
            }
        }
        return true;
    }

    /** Runs the request phase; returns null when the request may go on. */
    public @Nullable Refusal onRequest(Exchange exchange, ChainProgress progress) {
        progress.requireOpen();
        RequestFilter[] filters = request.filters;
        for (int i = 0; i < filters.length; i++) {
            ChainLink link = request.links[i];
            progress.ran |= link.bit;
            Refusal refusal;
            try {
                long begun = link.begins(progress);
                Verdict verdict = filters[i].onRequest(exchange);
                link.took(FilterPhase.REQUEST, progress, begun);
                refusal = verdict instanceof Verdict.Allow ? null : link.judge(required(verdict), exchange, progress);
            } catch (Throwable failure) {
                refusal = link.failed(FilterPhase.REQUEST, failure, progress);
            }
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /** Runs the body phase; returns null when the request may go on. */
    public @Nullable Refusal onBody(Exchange exchange, ChainProgress progress, BodyView view) {
        progress.requireOpen();
        BodyFilter[] filters = body.filters;
        for (int i = 0; i < filters.length; i++) {
            ChainLink link = body.links[i];
            if ((progress.over & link.bit) != 0) {
                continue;
            }
            progress.ran |= link.bit;
            Refusal refusal;
            try {
                long begun = link.begins(progress);
                Verdict verdict = filters[i].onBody(exchange, view);
                link.took(FilterPhase.BODY, progress, begun);
                refusal = verdict instanceof Verdict.Allow ? null : link.judge(required(verdict), exchange, progress);
            } catch (Throwable failure) {
                refusal = link.failed(FilterPhase.BODY, failure, progress);
            }
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /**
     * Runs the response phase; returns the filters' prose taps in a row and the slowest pace, {@link AnswerTap#NONE} when
     * there is neither. When a filter with {@code onError: closed} failed, {@link ChainProgress#refusal} is not null
     * afterwards and is to be answered in place of the upstream's answer. It may become so while the answer passes through
     * a tap, and then the answer is to break off.
     */
    public AnswerTap onResponse(Exchange exchange, ChainProgress progress, ResponseHead head) {
        progress.requireOpen();
        AnswerTap answer = AnswerTap.NONE;
        ResponseFilter[] filters = response.filters;
        for (int i = 0; i < filters.length; i++) {
            ChainLink link = response.links[i];
            if ((progress.over & link.bit) != 0) {
                continue;
            }
            progress.ran |= link.bit;
            try {
                long begun = link.begins(progress);
                ResponseTap tap = filters[i].onResponse(exchange, link.enforcing ? head : progress.shadowed(head));
                link.took(FilterPhase.RESPONSE, progress, begun);
                if (!(tap instanceof ResponseTap.None)) {
                    answer = link.tapped(answer, required(tap), exchange, progress);
                }
            } catch (Throwable failure) {
                if (link.failed(FilterPhase.RESPONSE, failure, progress) != null) {
                    answer = AnswerTap.NONE;
                    break;
                }
            }
        }
        progress.shadowed(null);
        return answer;
    }

    /**
     * Completes the exchange: the first call runs the completion phase of every filter of which an earlier phase began,
     * the one that refused or failed included, and of every filter that has no earlier phase; further calls do nothing.
     */
    public void onComplete(Exchange exchange, ChainProgress progress, Outcome outcome) {
        if (!progress.complete()) {
            return;
        }
        for (ChainLink link : links) {
            if (link.decides && (progress.ran & link.bit) == 0) {
                continue;
            }
            CompletionFilter completion = link.completion;
            if (completion != null) {
                try {
                    long begun = link.begins(progress);
                    completion.onComplete(exchange, outcome);
                    link.took(FilterPhase.COMPLETION, progress, begun);
                } catch (Throwable failure) {
                    link.completionFailed(failure, progress);
                }
            }
            link.settled(progress);
        }
    }

    /** Returns what a filter knew of an address that it refused, or in shadow would have refused; null without one. */
    public @Nullable GeoRefusal geoRefusal(Exchange exchange) {
        return exchange.get(geoRefusal);
    }

    /** Returns whether any filter looks at bodies. */
    public boolean readsBodies() {
        return body.filters.length > 0;
    }

    /** Returns whether an enforcing filter wants every answer to come with the provider's own usage. */
    public boolean requiresUsage() {
        return requiresUsage;
    }

    /** Returns whether a filter, be it in shadow, wants to know what answers are made of. */
    public boolean readsAnswer() {
        return readsAnswer;
    }

    /** Returns what the filters show on admin pages. */
    public AdminPages pages() {
        return pages;
    }

    /** Returns the names of the filters whose verdicts count. */
    Set<String> enforcing() {
        return List.of(links).stream()
                .filter(link -> link.enforcing)
                .map(link -> link.spec.name())
                .collect(Collectors.toSet());
    }

    /** Returns the names of the filters that are not off. */
    Set<String> names() {
        return List.of(links).stream().map(link -> link.spec.name()).collect(Collectors.toSet());
    }

    /** Returns the filters with their counts, in order; those that are off are not among them. */
    public List<FilterSnapshot> filters() {
        return List.of(links).stream().map(ChainLink::snapshot).toList();
    }

    /** Makes of a null, which the SPI does not allow, a failure of the filter. */
    static <T> T required(@Nullable T answer) {
        return Objects.requireNonNull(answer, "a filter answered null");
    }

    /** The filters of one phase and, at the same places, their links. */
    private static final class Phase<F extends Filter> {
        private final F[] filters;
        private final ChainLink[] links;

        private Phase(F[] filters, ChainLink[] links) {
            this.filters = filters;
            this.links = links;
        }

        static <F extends Filter> Phase<F> of(List<ChainLink> all, Class<F> type, F[] none) {
            List<ChainLink> links =
                    all.stream().filter(link -> type.isInstance(link.filter)).toList();
            List<F> filters = links.stream().map(link -> type.cast(link.filter)).toList();
            return new Phase<>(filters.toArray(none), links.toArray(ChainLink[]::new));
        }
    }
}
