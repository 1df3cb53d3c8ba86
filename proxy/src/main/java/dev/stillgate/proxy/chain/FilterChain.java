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
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a policy, grouped by phase. Immutable and thread-safe; the state of one exchange is in its
 * {@link ChainProgress}.
 *
 * <p>Every phase, including completion, runs in list order, so a filter can read the slots set by the filters before
 * it. The first refusal of an enforcing filter ends the chain. A filter in shadow that would have refused is skipped
 * until completion, as it would be when enforcing.
 *
 * <p>Exceptions of filters do not propagate out of this class, except a {@code VirtualMachineError} other than a stack
 * overflow. An exchange that all filters allow allocates nothing here.
 */
public final class FilterChain {
    /** The maximum number of filters in a chain; {@link ChainProgress} has one bit for each. */
    public static final int MAX_FILTERS = Long.SIZE;

    private final ChainLink[] links;
    private final AdminPages pages;
    private final Slot<GeoRefusal> geoRefusal;
    private final boolean requiresUsage;
    private final boolean readsResponse;
    private final Phase<ConnectionFilter> connection;
    private final Phase<RequestFilter> request;
    private final Phase<BodyFilter> body;
    private final Phase<ResponseFilter> response;

    FilterChain(List<ChainLink> links, AdminPages pages, Slot<GeoRefusal> geoRefusal) {
        this.links = links.toArray(ChainLink[]::new);
        this.pages = pages;
        this.geoRefusal = geoRefusal;
        this.requiresUsage = links.stream().anyMatch(link -> link.requiresUsage);
        this.readsResponse = links.stream().anyMatch(link -> link.readsResponse);
        this.connection = Phase.of(links, ConnectionFilter.class, new ConnectionFilter[0]);
        this.request = Phase.of(links, RequestFilter.class, new RequestFilter[0]);
        this.body = Phase.of(links, BodyFilter.class, new BodyFilter[0]);
        this.response = Phase.of(links, ResponseFilter.class, new ResponseFilter[0]);
    }

    /** Runs the connection phase; returns whether the connection may stay open. */
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

    /** Runs the request phase; returns a refusal, or null if the request may proceed. */
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

    /** Runs the body phase; returns a refusal, or null if the request may proceed. */
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
     * Runs the response phase; returns the filters' prose taps in sequence, or {@link ForwardedTap#NONE}.
     *
     * <p>If a filter with {@code onError: closed} fails, {@link ChainProgress#refusal} is not null afterwards and must
     * be sent instead of the upstream's response. A tap may also fail later, while the response is forwarded; the
     * response must then be aborted.
     */
    public ForwardedTap onResponse(Exchange exchange, ChainProgress progress, ResponseHead head) {
        progress.requireOpen();
        ForwardedTap answer = ForwardedTap.NONE;
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
                    answer = link.tapped(answer, required(tap), progress);
                }
            } catch (Throwable failure) {
                if (link.failed(FilterPhase.RESPONSE, failure, progress) != null) {
                    answer = ForwardedTap.NONE;
                    break;
                }
            }
        }
        progress.shadowed(null);
        return answer;
    }

    /**
     * Charges a part of a session with each filter; returns the first refusal, or null if the session may go on. A filter
     * that has not run an earlier phase is skipped.
     */
    public @Nullable Refusal onUsage(Exchange exchange, ChainProgress progress, Usage usage) {
        progress.requireOpen();
        Refusal first = null;
        for (ChainLink link : links) {
            CompletionFilter completion = link.completion;
            if (completion == null || (progress.ran & link.bit) == 0 || (progress.over & link.bit) != 0) {
                continue;
            }
            Refusal refusal;
            try {
                Verdict verdict = completion.onUsage(exchange, usage);
                refusal = verdict instanceof Verdict.Allow ? null : link.judge(required(verdict), exchange, progress);
            } catch (Throwable failure) {
                refusal = link.failed(FilterPhase.COMPLETION, failure, progress);
            }
            first = first == null ? refusal : first;
        }
        return first == null ? null : progress.refuse(first);
    }

    /**
     * Completes the exchange. The first call runs the completion phase of each filter that has run an earlier phase,
     * even if it refused or failed. Filters without an earlier phase are completed for every exchange. Further calls do
     * nothing.
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

    /** Returns the details of a refusal by address, enforced or in shadow; null if there was none. */
    public @Nullable GeoRefusal geoRefusal(Exchange exchange) {
        return exchange.get(geoRefusal);
    }

    /** Returns whether any filter has a body phase. */
    public boolean readsBodies() {
        return body.filters.length > 0;
    }

    /** Returns whether an enforcing filter requires the provider's token usage in every response. */
    public boolean requiresUsage() {
        return requiresUsage;
    }

    /** Returns whether any filter, enforcing or in shadow, needs the response's content parts. */
    public boolean readsResponse() {
        return readsResponse;
    }

    public AdminPages pages() {
        return pages;
    }

    /** Returns the names of the enforcing filters. */
    Set<String> enforcing() {
        return List.of(links).stream()
                .filter(link -> link.enforcing)
                .map(link -> link.spec.name())
                .collect(Collectors.toSet());
    }

    /** Returns the names of all filters, enforcing or in shadow. */
    Set<String> names() {
        return List.of(links).stream().map(link -> link.spec.name()).collect(Collectors.toSet());
    }

    /**
     * Returns the filters with their decision counts, in chain order. Filters with mode {@code off} are not included.
     */
    public List<FilterSnapshot> filters() {
        return List.of(links).stream().map(ChainLink::snapshot).toList();
    }

    /** Checks a filter's return value: the SPI does not allow null, so null counts as a failure of the filter. */
    static <T> T required(@Nullable T result) {
        return Objects.requireNonNull(result, "the filter returned null");
    }

    /** The filters of one phase; {@code links} has the link of each filter at the same index. */
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
