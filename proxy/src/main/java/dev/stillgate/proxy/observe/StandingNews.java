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
 * What is new on the board of standings since it was last looked at: accounts that climbed past {@code tightened}, and
 * groups that were not there. What a filter in shadow publishes is news too. How things stand at the first look is what was
 * known before. One thread looks.
 */
public final class StandingNews extends StandingsPoller {
    /** Takes a piece of news. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Takes it.
         *
         * @param type {@code account.standing} or {@code cluster.found}
         * @param millis when it was seen, in milliseconds of the epoch
         * @param data texts by name, null for what is not known
         */
        void tell(String type, long millis, Map<String, @Nullable String> data);
    }

    private final Listener listener;
    private final LongSupplier millis;
    private final Set<String> groups = new HashSet<>();

    public StandingNews(StandingsBoard board, Listener listener, LongSupplier millis) {
        super(board);
        this.listener = listener;
        this.millis = millis;
    }

    /** Tells what is new. */
    @Override
    void compare(@Nullable Map<String, Standing> known, Map<String, Standing> standings) {
        Map<String, String> groupOf = board.publishedGroups();
        if (known != null) {
            clusters(groupOf);
            climbs(known, standings, groupOf);
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
            listener.tell("cluster.found", millis.getAsLong(), data);
        });
    }

    private void climbs(Map<String, Standing> known, Map<String, Standing> standings, Map<String, String> groupOf) {
        standings.forEach((account, standing) -> {
            Standing before = known.getOrDefault(account, Standing.CLEAR);
            if (standing.compareTo(Standing.TIGHTENED) > 0 && standing.compareTo(before) > 0) {
                Map<String, @Nullable String> data = new LinkedHashMap<>();
                data.put("account", account);
                data.put("standing", lower(standing));
                data.put("before", lower(before));
                data.put("cluster", groupOf.get(account));
                listener.tell("account.standing", millis.getAsLong(), data);
            }
        });
    }
}
