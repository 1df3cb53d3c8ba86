package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.spi.Standing;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Notes every change of an account's standing since the board was last looked at: up, down, pinned or cleared, of filters in
 * shadow too, with the rung that is in force beside the one that is published. How things stand at the first look is what
 * was known before, and of several changes between two looks only what they come to is seen. One thread looks.
 */
public final class StandingAudit extends StandingsPoller {
    private final Audit audit;

    public StandingAudit(StandingsBoard board, Audit audit) {
        super(board);
        this.audit = audit;
    }

    /** Notes what is new, by account. */
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
