package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.StandingsPublisher;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where accounts stand, one board for the process: what each filter has published, and the highest rung over those that
 * enforce and over what operators have ordered. Whoever publishes pays for the merging, so that reading is one look-up in a map that never changes.
 *
 * <p>A publication is the state of its filter: it outlives policies, and is gone when the filter is.
 */
public final class StandingsBoard implements Standings {
    private final Map<String, Publication> publications = new LinkedHashMap<>();
    private Set<String> enforcing = Set.of();
    private Set<String> running = Set.of();
    private volatile Map<String, Standing> read = Map.of();
    private volatile Map<String, String> groups = Map.of();
    private volatile Map<String, Map<String, Standing>> orders = Map.of();
    private volatile long version;

    StandingsBoard() {}

    @Override
    public Standing of(Account account) {
        Standing standing = read.get(account.id());
        return standing == null ? Standing.CLEAR : standing;
    }

    @Override
    public @Nullable String group(Account account) {
        return groups.get(account.id());
    }

    /** Returns a number that grows whenever {@link #published} may have changed. */
    public long version() {
        return version;
    }

    /** Returns the highest rung over all filters, those in shadow too, by the account's id; clear accounts are left out. */
    public synchronized Map<String, Standing> published() {
        return highest(publication -> publication.published);
    }

    /** Returns whether an operator has ordered the standing of an account, by way of a filter. */
    boolean isOrdered(String filter, Account account) {
        return orders.getOrDefault(filter, Map.of()).containsKey(account.id());
    }

    /** Returns the rungs that filters read, by the account's id; clear accounts are left out. */
    public Map<String, Standing> inForce() {
        return read;
    }

    /** Returns the names of the filters that publish, or may. */
    public synchronized Set<String> publishers() {
        return Set.copyOf(publications.keySet());
    }

    /** Returns with which group accounts stand over all filters, those in shadow too; of several the first is taken. */
    public synchronized Map<String, String> publishedGroups() {
        return groups(publication -> publication.groups);
    }

    /** Returns the place of a filter that has none yet. */
    synchronized Publication publication(String filter) {
        Publication made = new Publication(filter);
        publications.put(filter, made);
        return made;
    }

    /**
     * Lets these filters' publications be read, and no others.
     *
     * @param running the filters that are not off: what operators have ordered by way of them is read too
     */
    synchronized void enforce(Set<String> filters, Set<String> running) {
        enforcing = Set.copyOf(filters);
        this.running = Set.copyOf(running);
        merge();
    }

    private void merge() {
        Map<String, Map<String, Standing>> ordered = new HashMap<>();
        publications.values().stream()
                .filter(publication -> running.contains(publication.filter) && !publication.ordered.isEmpty())
                .forEach(publication -> ordered.put(publication.filter, publication.ordered));
        orders = Map.copyOf(ordered);
        read = highest(publication ->
                enforces(publication) ? publication.published : ordered.getOrDefault(publication.filter, Map.of()));
        groups = groups(publication -> enforces(publication)
                ? publication.groups
                : publication.groups(
                        ordered.getOrDefault(publication.filter, Map.of()).keySet()));
    }

    private boolean enforces(Publication publication) {
        return enforcing.contains(publication.filter);
    }

    /** Returns who stands with which group; of several filters that name one, the first is read. */
    private Map<String, String> groups(Function<Publication, Map<String, String>> of) {
        Map<String, String> merged = new HashMap<>();
        for (Publication publication : publications.values()) {
            of.apply(publication).forEach(merged::putIfAbsent);
        }
        return Map.copyOf(merged);
    }

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
                highest.merge(entry.getKey(), entry.getValue(), (a, b) -> a.reaches(b) ? a : b);
            }
        }
        return highest == null ? only : Map.copyOf(highest);
    }

    /** What one filter has published, under whichever policy. */
    final class Publication implements StandingsPublisher, AutoCloseable {
        private final String filter;
        private Map<String, Standing> published = Map.of();
        private Map<String, String> groups = Map.of();
        private Map<String, Standing> ordered = Map.of();
        private boolean closed;

        private Publication(String filter) {
            this.filter = filter;
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
            Map<String, Standing> above = new HashMap<>(byAccount);
            above.values().removeIf(standing -> standing == Standing.CLEAR);
            Map<String, Standing> copy = Map.copyOf(above);
            Map<String, String> grouped = Map.copyOf(groupByAccount);
            above.keySet().retainAll(byOrder);
            Map<String, Standing> orderedNow = Map.copyOf(above);
            synchronized (StandingsBoard.this) {
                if (!closed) {
                    published = copy;
                    groups = grouped;
                    version++;
                    boolean felt = enforces(this) || !orderedNow.isEmpty() || !ordered.isEmpty();
                    ordered = orderedNow;
                    if (felt) {
                        merge();
                    }
                }
            }
        }

        /** The filter is gone. */
        @Override
        public void close() {
            synchronized (StandingsBoard.this) {
                closed = true;
                published = Map.of();
                groups = Map.of();
                ordered = Map.of();
                version++;
                publications.remove(filter, this);
                merge();
            }
        }
    }
}
