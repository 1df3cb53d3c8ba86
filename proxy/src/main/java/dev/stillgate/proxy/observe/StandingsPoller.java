package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.spi.Standing;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Periodic comparison of published standings with those of the previous poll. Not thread-safe. */
public abstract class StandingsPoller implements Runnable {
    final StandingsBoard board;
    private long version = -1;
    private @Nullable Map<String, Standing> known;

    StandingsPoller(StandingsBoard board) {
        this.board = board;
    }

    /** Compares the standings if a new version was published. */
    @Override
    public final void run() {
        long now = board.version();
        if (now == version) {
            return;
        }
        version = now;
        Map<String, Standing> standings = board.published();
        compare(known, standings);
        known = standings;
    }

    /**
     * Compares two versions.
     *
     * @param before the standings at the previous poll, null at the first
     */
    abstract void compare(@Nullable Map<String, Standing> before, Map<String, Standing> now);

    static String lower(Standing standing) {
        return standing.name().toLowerCase(Locale.ROOT);
    }
}
