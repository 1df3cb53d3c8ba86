package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.spi.Standing;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records every change of an account's standing to the audit log, including changes by filters in shadow mode, with the
 * standing in force and the published one. The first poll only sets the baseline. Several changes between two polls are
 * recorded as one. Not thread-safe.
 */
public final class StandingAudit extends StandingsPoller {
    private final Audit audit;

    public StandingAudit(StandingsBoard board, Audit audit) {
        super(board);
        this.audit = audit;
    }

    @Override
    void compare(@Nullable Map<String, Standing> known, Map<String, Standing> standings) {
        if (known == null) {
            return;
        }
        Map<String, Standing> inForce = board.inForce();
        Map<String, String> groups = board.publishedGroups();
        TreeSet<String> accounts = new TreeSet<>(standings.keySet());
        accounts.addAll(known.keySet());
        accounts.removeIf(account -> standing(known, account) == standing(standings, account));
        Stream<Map<String, @Nullable Object>> changes = accounts.stream().map(account -> {
            Map<String, @Nullable Object> facts = new LinkedHashMap<>();
            facts.put("account", account);
            facts.put("standing", lower(standing(standings, account)));
            facts.put("before", lower(standing(known, account)));
            facts.put("in_force", lower(standing(inForce, account)));
            facts.put("cluster", groups.get(account));
            return facts;
        });
        audit.noteAll("account.standing", changes);
    }

    private static Standing standing(Map<String, Standing> standings, String account) {
        return standings.getOrDefault(account, Standing.CLEAR);
    }
}
