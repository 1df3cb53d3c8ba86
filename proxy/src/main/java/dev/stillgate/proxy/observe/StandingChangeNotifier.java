package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.spi.Standing;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reports new findings: accounts whose standing rises to {@code tightened} or above, and new clusters. Findings of filters in
 * shadow mode are included. The first poll only sets the baseline. Not thread-safe.
 */
public final class StandingChangeNotifier extends StandingsPoller {
    /** Receiver of findings. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Receives a finding.
         *
         * @param type {@code account.standing} or {@code cluster.found}
         * @param millis when it was found, in milliseconds since the epoch
         * @param data strings by name, null for unknown values
         */
        void onFinding(String type, long millis, Map<String, @Nullable String> data);
    }

    private final Listener listener;
    private final LongSupplier millis;
    private final Set<String> groups = new HashSet<>();

    public StandingChangeNotifier(StandingsBoard board, Listener listener, LongSupplier millis) {
        super(board);
        this.listener = listener;
        this.millis = millis;
    }

    @Override
    void compare(@Nullable Map<String, Standing> known, Map<String, Standing> standings) {
        Map<String, String> groupOf = board.publishedGroups();
        if (known != null) {
            clusters(groupOf);
            rises(known, standings, groupOf);
        }
        groups.clear();
        groups.addAll(groupOf.values());
    }

    private void clusters(Map<String, String> groupOf) {
        Map<String, Integer> fresh = new LinkedHashMap<>();
        for (String group : groupOf.values()) {
            if (!groups.contains(group)) {
                fresh.merge(group, 1, Integer::sum);
            }
        }
        fresh.forEach((group, accounts) -> {
            Map<String, @Nullable String> data = new LinkedHashMap<>();
            data.put("cluster", group);
            data.put("accounts", accounts.toString());
            listener.onFinding("cluster.found", millis.getAsLong(), data);
        });
    }

    private void rises(Map<String, Standing> known, Map<String, Standing> standings, Map<String, String> groupOf) {
        standings.forEach((account, standing) -> {
            Standing before = known.getOrDefault(account, Standing.CLEAR);
            if (standing.reaches(Standing.TIGHTENED) && standing.compareTo(before) > 0) {
                Map<String, @Nullable String> data = new LinkedHashMap<>();
                data.put("account", account);
                data.put("standing", lower(standing));
                data.put("before", lower(before));
                data.put("cluster", groupOf.get(account));
                listener.onFinding("account.standing", millis.getAsLong(), data);
            }
        });
    }
}
