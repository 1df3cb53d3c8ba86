package dev.stillgate.proxy.chain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.StandingsPublisher;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The standings of all accounts, one instance per process. It keeps the standings that each filter has published. The
 * standings in force are the highest over all enforcing filters, plus the standings that operators have set by way of a
 * filter in shadow. Thread-safe.
 *
 * <p>Publishing merges into immutable maps, so a read is one map look-up. A {@link Publication} is state of its filter:
 * it survives policy changes and is removed with the filter.
 */
public final class StandingsBoard implements Standings {
    @GuardedBy("this")
    private final Map<String, Publication> publications = new LinkedHashMap<>();

    @GuardedBy("this")
    private Set<String> enforcing = Set.of();

    @GuardedBy("this")
    private Set<String> running = Set.of();

    @GuardedBy("this")
    private Function<String, @Nullable Account> owner = key -> null;

    /** Accounts that list keys with a standing of their own, by the id of the key. */
    private volatile Map<String, String> owners = Map.of();

    private volatile Map<String, Standing> inForce = Map.of();
    private volatile Map<String, String> groups = Map.of();
    private volatile Map<String, Map<String, Standing>> orders = Map.of();
    private volatile Map<String, Standing> uncapped = Map.of();
    private volatile Map<String, Long> poolRequests = Map.of();
    private volatile long version;

    StandingsBoard() {}

    /**
     * Returns the standing in force of an account. Verified accounts and accounts of a declared organisation stand at
     * most at {@code MARKED} unless an operator has set their standing, or has confirmed it knowing that they are
     * verified. So verification takes effect with the next request.
     */
    @Override
    public Standing of(Account account) {
        Standing standing = inForce.get(account.id());
        if (standing == null) {
            return Standing.CLEAR;
        }
        boolean mayBeCapped = account.verified() || account.organisation() != null;
        return mayBeCapped && standing.reaches(Standing.POOLED) ? capped(account, standing) : standing;
    }

    private Standing capped(Account account, Standing standing) {
        Standing highest = uncapped.getOrDefault(account.id(), Standing.MARKED);
        for (Map<String, Standing> ordered : orders.values()) {
            Standing order = ordered.get(account.id());
            highest = order != null && order.reaches(highest) ? order : highest;
        }
        return highest.reaches(standing) ? standing : highest;
    }

    @Override
    public @Nullable String group(Account account) {
        return groups.get(account.id());
    }

    @Override
    public long poolRequests(@Nullable String tier) {
        return poolRequests.getOrDefault(tier == null ? "" : tier, 0L);
    }

    /** Returns a number that increases whenever {@link #published} may have changed. */
    public long version() {
        return version;
    }

    /**
     * Returns the highest standing over all filters, including filters in shadow, by account id, without clear
     * accounts.
     */
    public synchronized Map<String, Standing> published() {
        return highest(publication -> publication.published);
    }

    /** Returns whether an operator has set the standing of an account by way of a filter. */
    boolean isOrdered(String filter, Account account) {
        return orders.getOrDefault(filter, Map.of()).containsKey(account.id());
    }

    /** Returns the standings that filters read, by account id, without clear accounts. */
    public Map<String, Standing> inForce() {
        return inForce;
    }

    /** Returns the names of the filters that have requested a publisher. */
    public synchronized Set<String> publishers() {
        return Set.copyOf(publications.keySet());
    }

    /**
     * Returns the group of each account over all filters, including filters in shadow; the first filter's group wins.
     */
    public synchronized Map<String, String> publishedGroups() {
        return groups(publication -> publication.groups);
    }

    /** Creates the publication of a filter that has none. */
    synchronized Publication publication(String filter) {
        Publication made = new Publication(filter);
        publications.put(filter, made);
        return made;
    }

    /**
     * Sets which filters' publications are in force.
     *
     * @param enforcing the enforcing filters, whose publications are in force
     * @param running all filters that are not off; the standings that operators have set by way of them are in force
     *     too
     */
    synchronized void enforce(Set<String> enforcing, Set<String> running) {
        this.enforcing = Set.copyOf(enforcing);
        this.running = Set.copyOf(running);
        merge();
    }

    /**
     * Sets which account lists a key, given by its id of an unlisted credential; null for none. That account has at least
     * the standing that the key had before it was listed.
     */
    public synchronized void follow(Function<String, @Nullable Account> listed) {
        owner = listed;
        version++;
        merge();
    }

    /** Returns the keys of an account that had a standing before they were listed, by their ids of that time. */
    public List<String> formerIds(String account) {
        return owners.entrySet().stream()
                .filter(each -> each.getValue().equals(account))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private static <T> Map<String, T> withOwners(
            Map<String, T> byId, Map<String, String> owners, BinaryOperator<T> merge) {
        if (owners.isEmpty()) {
            return byId;
        }
        Map<String, T> all = new HashMap<>(byId);
        owners.forEach((key, account) -> {
            T value = byId.get(key);
            if (value != null) {
                all.merge(account, value, merge);
            }
        });
        return Map.copyOf(all);
    }

    private static Standing higher(Standing a, Standing b) {
        return a.reaches(b) ? a : b;
    }

    @GuardedBy("this")
    private void merge() {
        Map<String, Map<String, Standing>> ordered = new HashMap<>();
        for (Publication publication : publications.values()) {
            if (running.contains(publication.filter) && !publication.ordered.isEmpty()) {
                ordered.put(publication.filter, publication.ordered);
            }
        }
        Map<String, Standing> standings = highest(publication ->
                enforces(publication) ? publication.published : ordered.getOrDefault(publication.filter, Map.of()));
        Map<String, String> grouped = groups(publication -> enforces(publication)
                ? publication.groups
                : publication.groups(
                        ordered.getOrDefault(publication.filter, Map.of()).keySet()));
        Map<String, String> listed = new HashMap<>();
        for (String id : standings.keySet()) {
            Account account = owner.apply(id);
            if (account != null) {
                listed.put(id, account.id());
            }
        }
        owners = Map.copyOf(listed);
        ordered.replaceAll((filter, byId) -> withOwners(byId, listed, StandingsBoard::higher));
        orders = Map.copyOf(ordered);
        uncapped = withOwners(
                highest(publication -> enforces(publication) ? publication.uncapped : Map.of()),
                listed,
                StandingsBoard::higher);
        groups = withOwners(grouped, listed, (own, former) -> own);
        inForce = withOwners(standings, listed, StandingsBoard::higher);
        poolRequests = mergedPoolRequests();
    }

    @SuppressWarnings("GuardedBy") // called with the lock held, also from lambdas that run immediately
    private boolean enforces(Publication publication) {
        return enforcing.contains(publication.filter);
    }

    /** Merges the requests a day of pools of all enforcing filters; the largest number of a tier wins. */
    @GuardedBy("this")
    private Map<String, Long> mergedPoolRequests() {
        Map<String, Long> merged = new HashMap<>();
        for (Publication publication : publications.values()) {
            if (enforces(publication)) {
                publication.poolRequests.forEach((tier, requests) -> merged.merge(tier, requests, Math::max));
            }
        }
        return Map.copyOf(merged);
    }

    /** Merges the groups of all publications by account id; the first filter's group wins. */
    @GuardedBy("this")
    private Map<String, String> groups(Function<Publication, Map<String, String>> of) {
        Map<String, String> merged = new HashMap<>();
        for (Publication publication : publications.values()) {
            of.apply(publication).forEach(merged::putIfAbsent);
        }
        return Map.copyOf(merged);
    }

    @GuardedBy("this")
    private Map<String, Standing> highest(Function<Publication, Map<String, Standing>> of) {
        Map<String, Standing> only = Map.of();
        Map<String, Standing> highest = null;
        for (Publication publication : publications.values()) {
            Map<String, Standing> published = of.apply(publication);
            if (published.isEmpty()) {
                continue;
            }
            if (only.isEmpty()) {
                only = published;
                continue;
            }
            if (highest == null) {
                highest = new HashMap<>(only);
            }
            for (Map.Entry<String, Standing> entry : published.entrySet()) {
                highest.merge(entry.getKey(), entry.getValue(), StandingsBoard::higher);
            }
        }
        return highest == null ? only : Map.copyOf(highest);
    }

    /** The standings that one filter has published. */
    final class Publication implements StandingsPublisher, AutoCloseable {
        private final String filter;
        private Map<String, Standing> published = Map.of();
        private Map<String, String> groups = Map.of();
        private Map<String, Standing> ordered = Map.of();
        private Map<String, Standing> uncapped = Map.of();
        private Map<String, Long> poolRequests = Map.of();
        private boolean closed;

        private Publication(String filter) {
            this.filter = filter;
        }

        private static Map<String, Standing> only(Set<String> accounts, Map<String, Standing> of) {
            Map<String, Standing> kept = new HashMap<>();
            for (String account : accounts) {
                Standing standing = of.get(account);
                if (standing != null) {
                    kept.put(account, standing);
                }
            }
            return kept;
        }

        private Map<String, String> groups(Set<String> accounts) {
            Map<String, String> kept = new HashMap<>();
            for (String account : accounts) {
                String group = groups.get(account);
                if (group != null) {
                    kept.put(account, group);
                }
            }
            return kept;
        }

        @Override
        public void publish(Map<String, Standing> byAccount, Map<String, String> groupByAccount) {
            publish(byAccount, groupByAccount, Set.of());
        }

        @Override
        public void publish(Map<String, Standing> byAccount, Map<String, String> groupByAccount, Set<String> byOrder) {
            publish(byAccount, groupByAccount, byOrder, Set.of());
        }

        @Override
        public void publish(
                Map<String, Standing> byAccount,
                Map<String, String> groupByAccount,
                Set<String> byOrder,
                Set<String> despiteVerification) {
            Map<String, Standing> above = new HashMap<>(byAccount);
            above.values().removeIf(standing -> Objects.requireNonNull(standing) == Standing.CLEAR);
            Map<String, Standing> copy = Collections.unmodifiableMap(above);
            Map<String, String> grouped = Map.copyOf(groupByAccount);
            Map<String, Standing> orderedNow = only(byOrder, copy);
            Map<String, Standing> uncappedNow = only(despiteVerification, copy);
            synchronized (StandingsBoard.this) {
                if (!closed) {
                    published = copy;
                    groups = grouped;
                    version++;
                    boolean affectsForce = enforces(this) || !orderedNow.isEmpty() || !ordered.isEmpty();
                    ordered = orderedNow;
                    uncapped = uncappedNow;
                    if (affectsForce) {
                        merge();
                    }
                }
            }
        }

        @Override
        public void publishPoolRequests(Map<String, Long> byTier) {
            Map<String, Long> copy = Map.copyOf(byTier);
            synchronized (StandingsBoard.this) {
                if (!closed) {
                    poolRequests = copy;
                    StandingsBoard.this.poolRequests = mergedPoolRequests();
                }
            }
        }

        @Override
        public boolean isEnforced() {
            synchronized (StandingsBoard.this) {
                return enforces(this);
            }
        }

        /** Removes the publication of a filter that no longer exists. */
        @Override
        public void close() {
            synchronized (StandingsBoard.this) {
                closed = true;
                published = Map.of();
                groups = Map.of();
                ordered = Map.of();
                uncapped = Map.of();
                poolRequests = Map.of();
                version++;
                publications.remove(filter, this);
                merge();
            }
        }
    }
}
