package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.StandingsPublisher;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Where accounts stand, one board for the process: what each filter has published, and the highest rung over those that
 * enforce. Whoever publishes pays for the merging, so that reading is one look-up in a map that never changes.
 *
 * <p>A publication is the state of its filter: it outlives policies, and is gone when the filter is.
 */
public final class StandingsBoard implements Standings {
    private final Map<String, Publication> publications = new LinkedHashMap<>();
    private Set<String> enforcing = Set.of();
    private volatile Map<String, Standing> read = Map.of();
    private volatile Map<String, String> groups = Map.of();
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
        return highest(publication -> true);
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
        return groups(publication -> true);
    }

    /** Returns the place of a filter that has none yet. */
    synchronized Publication publication(String filter) {
        Publication made = new Publication(filter);
        publications.put(filter, made);
        return made;
    }

    /** Lets these filters' publications be read, and no others. */
    synchronized void enforce(Set<String> filters) {
        enforcing = Set.copyOf(filters);
        merge();
    }

    private void merge() {
        read = highest(publication -> enforcing.contains(publication.filter));
        groups = groups(publication -> enforcing.contains(publication.filter));
    }

    /** Returns who stands with which group; of several filters that name one, the first is read. */
    private Map<String, String> groups(Predicate<Publication> of) {
        Map<String, String> merged = new HashMap<>();
        for (Publication publication : publications.values()) {
            if (of.test(publication)) {
                publication.groups.forEach(merged::putIfAbsent);
            }
        }
        return Map.copyOf(merged);
    }

    private Map<String, Standing> highest(Predicate<Publication> of) {
        Map<String, Standing> only = Map.of();
        Map<String, Standing> highest = null;
        for (Publication publication : publications.values()) {
            Map<String, Standing> published = publication.published;
            if (published.isEmpty() || !of.test(publication)) {
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
        private boolean closed;

        private Publication(String filter) {
            this.filter = filter;
        }

        @Override
        public void publish(Map<String, Standing> byAccount, Map<String, String> groupByAccount) {
            Map<String, Standing> above = new HashMap<>(byAccount);
            above.values().removeIf(standing -> standing == Standing.CLEAR);
            Map<String, Standing> copy = Map.copyOf(above);
            Map<String, String> grouped = Map.copyOf(groupByAccount);
            synchronized (StandingsBoard.this) {
                if (!closed) {
                    published = copy;
                    groups = grouped;
                    version++;
                    if (enforcing.contains(filter)) {
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
                version++;
                publications.remove(filter, this);
                merge();
            }
        }
    }
}
