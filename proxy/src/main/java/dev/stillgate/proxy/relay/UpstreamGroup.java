package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.Http1Head;
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

/** An upstream as one policy has it: its endpoints and the terms on which they are asked. */
public final class UpstreamGroup {
    /** The steps of opening a connection that each may take the connect time: the socket, TLS, and the HTTP/2 settings. */
    private static final int OPENING_STEPS = 3;

    private final UpstreamState state;
    private final List<UpstreamEndpoint.Site> sites;
    private final Terms terms;
    private final long openingNanos;
    private final long firstByteNanos;
    private final long idleNanos;
    private final long totalNanos;
    private final long slowStartNanos;
    private final long patienceNanos;
    private volatile UpstreamEndpoint[] endpoints = {};

    /** The addresses of each site that {@link #endpoints} were made of. Guarded by this. */
    private List<List<InetAddress>> resolved = List.of();

    /**
     * The terms of an upstream; a time of zero is no limit.
     *
     * @param connections how connections are made and kept
     * @param firstByte from the end of the request to the first byte of the answer
     * @param idle between two reads of an answer
     * @param total from the end of the request to the end of the answer
     * @param names how often the addresses of names are looked up
     * @param slowStart how long an endpoint that came back takes less than its share
     * @param concurrency how many exchanges it is given at once
     * @param retries how often a request that never reached the model is sent again
     * @param ejection when an endpoint is left alone
     * @param health how endpoints are asked whether they are well, null for not at all
     */
    public record Terms(
            UpstreamPool.Terms connections,
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
     * How many exchanges an upstream is given at once, over all its endpoints.
     *
     * @param most how many; 0 for no limit
     * @param queue how many more may wait for their turn
     * @param patience for how long
     */
    public record Concurrency(int most, int queue, Duration patience) {}

    /**
     * How often a request that never reached the model is sent again.
     *
     * @param attempts how often it is tried at most, the first time included
     * @param percent retries for each hundred requests of the last seconds
     * @param perSecond retries for each second besides
     */
    public record Retries(int attempts, int percent, int perSecond) {}

    /**
     * When an endpoint is left alone, which never happens to more than half of them.
     *
     * @param failures how many requests in a row must fail; 0 for never
     * @param time for how long the first time; it doubles each time
     * @param longest the longest time, also of a pause
     * @param pauseOn the statuses whose {@code retry-after} is a pause for the endpoint
     */
    public record Ejection(int failures, Duration time, Duration longest, Set<Integer> pauseOn) {
        public Ejection {
            pauseOn = Set.copyOf(pauseOn);
        }
    }

    /**
     * How endpoints are asked whether they are well.
     *
     * @param path what is asked for; a status of 200 to 299 is well
     * @param interval between two questions
     * @param timeout for one answer
     * @param unhealthyAfter how many in a row must fail
     * @param healthyAfter how many in a row must not, after that
     */
    public record Health(String path, Duration interval, Duration timeout, int unhealthyAfter, int healthyAfter) {}

    /** A group of at least one site; it has no endpoint before {@link #resolve}. */
    public UpstreamGroup(UpstreamState state, List<UpstreamEndpoint.Site> sites, Terms terms) {
        this.state = state;
        this.sites = List.copyOf(sites);
        this.terms = terms;
        this.openingNanos =
                terms.connections().connect().multipliedBy(OPENING_STEPS + 1).toNanos();
        this.firstByteNanos = terms.firstByte().toNanos();
        this.idleNanos = terms.idle().toNanos();
        this.totalNanos = terms.total().toNanos();
        this.slowStartNanos = terms.slowStart().toNanos();
        this.patienceNanos = terms.concurrency().patience().toNanos();
    }

    public String name() {
        return state.name();
    }

    Terms terms() {
        return terms;
    }

    List<UpstreamEndpoint.Site> sites() {
        return sites;
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

    /** Returns the sum of a number of all endpoints of a site. */
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
     * Takes the addresses of all sites as they are known now.
     *
     * @return the site of whose name nothing was ever found, null when there is none
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
     * Has names looked up again whose time has come, and takes the addresses that are known now. Another upstream, or the
     * policy before this one, may have had a shared name looked up.
     */
    void refresh(UpstreamNames names) {
        for (UpstreamEndpoint.Site site : sites) {
            names.refresh(site.host(), terms.names(), () -> follow(names));
        }
        follow(names);
    }

    private synchronized void follow(UpstreamNames names) {
        if (isStale(names)) {
            resolve(names);
            state.retain(endpoints());
        }
    }

    private boolean isStale(UpstreamNames names) {
        for (int i = 0; i < resolved.size(); i++) {
            List<InetAddress> known = names.known(sites.get(i).host());
            if (known != null && !known.equals(resolved.get(i))) {
                return true;
            }
        }
        return false;
    }

    /** Chooses the endpoint that is asked first; {@code now} is the ticker's nanoseconds. */
    public UpstreamEndpoint first(long now) {
        UpstreamEndpoint chosen = choose(List.of(), now);
        if (chosen == null) {
            throw new IllegalStateException("the upstream " + name() + " has no endpoint");
        }
        return chosen;
    }

    /**
     * Chooses the endpoint that is asked next.
     *
     * @param tried those that are not asked again
     * @param now the ticker's nanoseconds
     * @return null when all were tried
     */
    public @Nullable UpstreamEndpoint choose(List<UpstreamEndpoint> tried, long now) {
        return LeastRequests.choose(endpoints, tried, now, slowStartNanos);
    }

    /** Notes that an endpoint could not be reached, broke off or was too late. */
    public void failed(UpstreamEndpoint endpoint, long now) {
        UpstreamEndpoint[] all = endpoints;
        Ejection ejection = terms.ejection();
        int failures = endpoint.health().failed();
        if (ejection.failures() > 0 && failures >= ejection.failures() && all.length > 1) {
            state.eject(endpoint, all, ejection, now);
        }
    }

    /** Notes that an endpoint's answer has ended as it should, whose status told of no failure. */
    public void succeeded(UpstreamEndpoint endpoint) {
        endpoint.health().succeeded();
    }

    /**
     * Notes the head of an endpoint's answer.
     *
     * @return whether it tells of a failure of the server, or of its wish for a pause
     */
    public boolean answered(UpstreamEndpoint endpoint, Http1Head head, long now) {
        int status = head.status();
        if (status < 429) {
            return false;
        }
        Ejection ejection = terms.ejection();
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

    /** Returns the seconds of {@code retry-after}, 0 when there is none or it is a date. */
    private static long retryAfter(Http1Head head) {
        String value = head.first("retry-after");
        if (value == null || value.isEmpty() || value.length() > 9) {
            return 0;
        }
        return value.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(value) : 0;
    }

    /** Returns how many exchanges it is given at once: the limit in force, whichever policy this one is of. */
    public ConcurrencyLimit limit() {
        return state.limit();
    }

    /** Returns how long an exchange may wait for its turn. */
    public long patienceNanos() {
        return patienceNanos;
    }

    /** Counts an exchange that got no turn, since too many waited for one, or it had waited for too long. */
    public void countRefused(boolean late) {
        state.refused(late);
    }

    /** Counts a request, of which retries may be a share. */
    public void countRequest() {
        state.request();
    }

    /**
     * Returns whether a request may be sent again, and takes that from the budget.
     *
     * @param attempts how often it was tried
     * @param now the ticker's nanoseconds
     */
    public boolean takeRetry(int attempts, long now) {
        Retries retries = terms.retries();
        return attempts < retries.attempts() && state.takeRetry(now, retries.percent(), retries.perSecond());
    }

    public UpstreamPool.Terms connections() {
        return terms.connections();
    }

    /**
     * Returns how long an exchange waits at most for a connection that is being opened for it. It is longer than all steps of
     * opening one, each of which has a limit of its own: no exchange waits for ever even if a failure is never reported.
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
