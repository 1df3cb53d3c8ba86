package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reports new findings: accounts whose standing rises to {@code pooled} or above, and new clusters. Accounts of one cluster
 * that rise together are one finding. Findings of filters in shadow mode are included. The first poll only sets the baseline. Not thread-safe.
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
         * @param data strings and lists of strings by name, null for unknown values
         */
        void onFinding(String type, long millis, Map<String, ? extends @Nullable Object> data);
    }

    /** Bytes of the ids of one message, so that the whole message stays below 1 MiB. */
    static final int MOST_BYTES = 1_000_000;

    private record Rise(
            Standing standing, Standing before, @Nullable String cluster) {}

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
        Map<Rise, List<String>> rises = new LinkedHashMap<>();
        standings.forEach((account, standing) -> {
            Standing before = known.getOrDefault(account, Standing.CLEAR);
            if (standing.reaches(Standing.POOLED) && standing.compareTo(before) > 0) {
                Rise rise = new Rise(standing, before, groupOf.get(account));
                rises.computeIfAbsent(rise, absent -> new ArrayList<>()).add(account);
            }
        });
        rises.forEach(this::tell);
    }

    /** Tells of the accounts with one rise, in one message unless their ids exceed {@link #MOST_BYTES}. */
    private void tell(Rise rise, List<String> accounts) {
        Collections.sort(accounts);
        List<List<String>> parts = parts(accounts);
        for (int part = 0; part < parts.size(); part++) {
            Map<String, @Nullable Object> data = new LinkedHashMap<>();
            if (accounts.size() == 1) {
                data.put("account", accounts.getFirst());
            } else {
                data.put("accounts", Integer.toString(accounts.size()));
                data.put("account_ids", parts.get(part));
            }
            data.put("standing", lower(rise.standing));
            data.put("before", lower(rise.before));
            data.put("cluster", rise.cluster);
            if (parts.size() > 1) {
                data.put("part", Integer.toString(part + 1));
                data.put("parts", Integer.toString(parts.size()));
            }
            listener.onFinding("account.standing", millis.getAsLong(), data);
        }
    }

    private static List<List<String>> parts(List<String> accounts) {
        List<List<String>> parts = new ArrayList<>();
        int start = 0;
        int bytes = 0;
        for (int i = 0; i < accounts.size(); i++) {
            int more = LineBuffer.listed(accounts.get(i));
            if (bytes + more > MOST_BYTES) {
                parts.add(accounts.subList(start, i));
                start = i;
                bytes = 0;
            }
            bytes += more;
        }
        parts.add(accounts.subList(start, accounts.size()));
        return parts;
    }
}
