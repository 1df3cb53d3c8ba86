package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.LoggedAccount.Change;
import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Records the changes of standings during a replay, with their reasons. */
final class StandingsWatch {
    private final StandingsBoard board;
    private final LogAccounts population;
    private final Explanations explanations;
    private final Ticker clock;
    private Map<String, Standing> known = Map.of();
    private long seen = -1;

    StandingsWatch(StandingsBoard board, LogAccounts population, Explanations explanations, Ticker clock) {
        this.board = board;
        this.population = population;
        this.explanations = explanations;
        this.clock = clock;
    }

    /** Returns the standing of an account that is in force. */
    Standing standing(Account account) {
        return board.of(account);
    }

    /** Records the changes published since the last call. Cheap if nothing changed. */
    void update() {
        long version = board.version();
        if (version == seen) {
            return;
        }
        seen = version;
        Map<String, Standing> now = board.published();
        Map<String, Standing> before = known;
        Set<String> changed = new TreeSet<>();
        now.forEach((id, standing) -> {
            if (before.get(id) != standing) {
                changed.add(id);
            }
        });
        before.keySet().forEach(id -> {
            if (!now.containsKey(id)) {
                changed.add(id);
            }
        });
        known = now;
        changed.forEach(id -> change(id, now.getOrDefault(id, Standing.CLEAR)));
    }

    private void change(String id, Standing standing) {
        LoggedAccount account = population.of(id);
        Explanations.Reason reason = explanations.of(id);
        account.change(new Change(
                clock.millis(), account.exchanges(), standing, reason.evidence(), reason.cluster(), reason.reasons()));
    }
}
