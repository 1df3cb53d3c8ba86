package dev.stillgate.proxy.relay;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.relay.EndpointHealth.EndpointCondition;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** An upstream as configured by one policy: its endpoints and their settings. Thread-safe. */
public final class UpstreamGroup {
    /** Steps of opening a connection, each with the connect timeout: socket, TLS, HTTP/2 SETTINGS. */
    private static final int OPENING_STEPS = 3;

    private final UpstreamState state;
    private final List<UpstreamEndpoint.Site> sites;
    private final Options options;
    private final long openingNanos;
    private final long firstByteNanos;
    private final long idleNanos;
    private final long totalNanos;
    private final long slowStartNanos;
    private final long queueTimeoutNanos;
    private volatile UpstreamEndpoint[] endpoints = {};

    /** The addresses from which {@link #endpoints} was built, per site. */
    @GuardedBy("this")
    private List<List<InetAddress>> resolved = List.of();

    /**
     * Settings of an upstream; a duration of zero means unlimited.
     *
     * @param connections how connections are opened and kept
     * @param firstByte from the end of the request to the first byte of the response
     * @param idle between two reads of a response
     * @param total from the end of the request to the end of the response
     * @param names how often host names are resolved
     * @param slowStart warm-up time of an endpoint that became available again
     * @param concurrency limit of concurrent exchanges
     * @param retries limits of retries
     * @param ejection when an endpoint is ejected or paused
     * @param health active health checks, null for none
     */
    public record Options(
            UpstreamConnections.Options connections,
            Duration firstByte,
            Duration idle,
            Duration total,
            Duration names,
            Duration slowStart,
            Concurrency concurrency,
            Retries retries,
            Ejection ejection,
            @Nullable Health health) {}

    /**
     * Limit of concurrent exchanges, over all endpoints.
     *
     * @param most maximum number; 0 for no limit
     * @param queue maximum length of the queue
     * @param queueTimeout maximum time in the queue
     */
    public record Concurrency(int most, int queue, Duration queueTimeout) {}

    /**
     * Limits of retries of requests that the model did not process.
     *
     * @param attempts maximum number of attempts, including the first
     * @param percent retries per hundred recent requests
     * @param perSecond additional retries per second
     */
    public record Retries(int attempts, int percent, int perSecond) {}

    /**
     * When an endpoint is ejected or paused. At most half of the endpoints are at a time.
     *
     * @param failures number of consecutive failed requests; 0 for never
     * @param time length of the first ejection; it doubles each time
     * @param longest maximum length of an ejection or a pause
     * @param pauseOn statuses whose {@code retry-after} pauses the endpoint
     */
    public record Ejection(int failures, Duration time, Duration longest, Set<Integer> pauseOn) {
        public Ejection {
            pauseOn = Set.copyOf(pauseOn);
        }
    }

    /**
     * Settings of active health checks.
     *
     * @param path request path; a status from 200 to 299 is healthy
     * @param interval between two checks
     * @param timeout of one check
     * @param unhealthyAfter number of consecutive failures
     * @param healthyAfter number of consecutive successes after that
     */
    public record Health(String path, Duration interval, Duration timeout, int unhealthyAfter, int healthyAfter) {}

    /** Creates a group of at least one site. It has no endpoints before {@link #resolve}. */
    public UpstreamGroup(UpstreamState state, List<UpstreamEndpoint.Site> sites, Options options) {
        this.state = state;
        this.sites = List.copyOf(sites);
        this.options = options;
        this.openingNanos =
                options.connections().connect().multipliedBy(OPENING_STEPS + 1).toNanos();
        this.firstByteNanos = options.firstByte().toNanos();
        this.idleNanos = options.idle().toNanos();
        this.totalNanos = options.total().toNanos();
        this.slowStartNanos = options.slowStart().toNanos();
        this.queueTimeoutNanos = options.concurrency().queueTimeout().toNanos();
    }

    public String name() {
        return state.name();
    }

    Options options() {
        return options;
    }

    List<UpstreamEndpoint.Site> sites() {
        return sites;
    }

    /** Returns whether an endpoint is in service: not ejected, paused or unhealthy. */
    public boolean isAvailable(long now) {
        for (UpstreamEndpoint endpoint : endpoints) {
            if (endpoint.health().isAvailable(now)) {
                return true;
            }
        }
        return false;
    }

    int available(long now) {
        return count(endpoint -> endpoint.health().isAvailable(now));
    }

    int ejected(long now) {
        return count(endpoint -> endpoint.health().isEjected(now));
    }

    int unwell() {
        return count(endpoint -> endpoint.health().isUnwell());
    }

    int paused(long now) {
        return count(endpoint -> endpoint.health().condition(now) == EndpointCondition.PAUSED);
    }

    /** Returns the sum of {@code number} over all endpoints of a site. */
    int sum(UpstreamEndpoint.Site site, ToIntFunction<UpstreamEndpoint> number) {
        return Arrays.stream(endpoints)
                .filter(endpoint -> endpoint.site().authority().equals(site.authority()))
                .mapToInt(number)
                .sum();
    }

    private int count(Predicate<UpstreamEndpoint> which) {
        return (int) Arrays.stream(endpoints).filter(which).count();
    }

    UpstreamState state() {
        return state;
    }

    List<UpstreamEndpoint> endpoints() {
        return List.of(endpoints);
    }

    /**
     * Resolves all sites to endpoints.
     *
     * @return the first site whose host name cannot be resolved, null on success
     */
    public synchronized UpstreamEndpoint.@Nullable Site resolve(UpstreamNames names) {
        List<UpstreamEndpoint> found = new ArrayList<>();
        List<List<InetAddress>> bySite = new ArrayList<>();
        for (UpstreamEndpoint.Site site : sites) {
            try {
                List<InetAddress> addresses = names.find(site.host());
                addresses.forEach(address -> found.add(state.endpoint(site, address)));
                bySite.add(addresses);
            } catch (UnknownHostException e) {
                return site;
            }
        }
        endpoints = found.toArray(UpstreamEndpoint[]::new);
        resolved = bySite;
        return null;
    }

    /**
     * Starts the name lookups that are due and applies changed addresses. A shared host name may also have been
     * resolved for another upstream or the previous policy.
     */
    void refresh(UpstreamNames names) {
        for (UpstreamEndpoint.Site site : sites) {
            names.refresh(site.host(), options.names(), () -> applyAddresses(names));
        }
        applyAddresses(names);
    }

    private synchronized void applyAddresses(UpstreamNames names) {
        if (isStale(names)) {
            resolve(names);
            state.retain(endpoints());
        }
    }

    @GuardedBy("this")
    private boolean isStale(UpstreamNames names) {
        for (int i = 0; i < resolved.size(); i++) {
            List<InetAddress> known = names.known(sites.get(i).host());
            if (known != null && !known.equals(resolved.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Chooses the endpoint of the first attempt; {@code now} is the ticker's nanoseconds. */
    public UpstreamEndpoint first(long now) {
        UpstreamEndpoint chosen = choose(List.of(), now);
        if (chosen == null) {
            throw new IllegalStateException("the upstream " + name() + " has no endpoint");
        }
        return chosen;
    }

    /**
     * Chooses the endpoint of the next attempt.
     *
     * @param tried endpoints that are not tried again
     * @param now the ticker's nanoseconds
     * @return null when all were tried
     */
    public @Nullable UpstreamEndpoint choose(List<UpstreamEndpoint> tried, long now) {
        return LeastRequests.choose(endpoints, tried, now, slowStartNanos);
    }

    /** Records that an endpoint could not be reached, cut its response short, or timed out. */
    public void failed(UpstreamEndpoint endpoint, long now) {
        UpstreamEndpoint[] all = endpoints;
        Ejection ejection = options.ejection();
        int failures = endpoint.health().failed();
        if (ejection.failures() > 0 && failures >= ejection.failures() && all.length > 1) {
            state.eject(endpoint, all, ejection, now);
        }
    }

    /** Records a complete response whose status reports success. */
    public void succeeded(UpstreamEndpoint endpoint) {
        endpoint.health().succeeded();
    }

    /**
     * Records the head of an endpoint's response.
     *
     * @return whether it reports a failure of the server, or asks for a pause
     */
    public boolean responded(UpstreamEndpoint endpoint, Http1Head head, long now) {
        int status = head.status();
        if (status < 429) {
            return false;
        }
        Ejection ejection = options.ejection();
        UpstreamEndpoint[] all = endpoints;
        long seconds = all.length > 1 && ejection.pauseOn().contains(status) ? retryAfter(head) : 0;
        if (seconds > 0) {
            long most = ejection.longest().toSeconds();
            state.pause(endpoint, all, Duration.ofSeconds(Math.clamp(seconds, 1, Math.max(1, most))), now);
            return true;
        }
        boolean failure = status >= 500 && status != 501 && status != 505;
        if (failure) {
            failed(endpoint, now);
        }
        return failure;
    }

    /** Returns {@code retry-after} in seconds; 0 when absent or a date. */
    private static long retryAfter(Http1Head head) {
        String value = head.first("retry-after");
        if (value == null || value.isEmpty() || value.length() > 9) {
            return 0;
        }
        return value.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(value) : 0;
    }

    /** Returns the concurrency limit, which is set by the active policy. */
    public ConcurrencyLimit limit() {
        return state.limit();
    }

    /** Returns the maximum time in the queue. */
    public long queueTimeoutNanos() {
        return queueTimeoutNanos;
    }

    /**
     * Counts a refused exchange.
     *
     * @param late whether it waited too long, else the queue was full
     */
    public void countRefused(boolean late) {
        state.refused(late);
    }

    /** Counts a request that another upstream gets instead, by the reason for that. */
    public void countFallback(String reason) {
        state.fallback(reason);
    }

    /** Counts a request, which adds to the retry budget. */
    public void countRequest() {
        state.request();
    }

    /** Returns whether a request may be sent again after this many attempts, as far as the budget permits it. */
    public boolean mayRetry(int attempts) {
        return attempts < options.retries().attempts();
    }

    /**
     * Takes a retry from the budget; returns whether one was left.
     *
     * @param only whether the request takes no other, so that 100 percent are one for each request
     * @param now the ticker's nanoseconds
     */
    public boolean takeRetry(boolean only, long now) {
        Retries retries = options.retries();
        boolean unlimited = only && retries.percent() >= 100;
        return state.takeRetry(now, retries.percent(), unlimited ? Integer.MAX_VALUE : retries.perSecond());
    }

    public UpstreamConnections.Options connections() {
        return options.connections();
    }

    /**
     * Returns the maximum time to wait for a connection being opened. Exceeds the sum of the steps' timeouts, so it
     * only takes effect if a failure was not reported.
     */
    public long openingNanos() {
        return openingNanos;
    }

    public long firstByteNanos() {
        return firstByteNanos;
    }

    public long idleNanos() {
        return idleNanos;
    }

    public long totalNanos() {
        return totalNanos;
    }
}
