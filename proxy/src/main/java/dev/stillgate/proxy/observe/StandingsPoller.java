package dev.stillgate.proxy.observe;

import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.spi.Standing;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A look at the board of standings every now and then, for what has changed since the one before. One thread looks. */
public abstract class StandingsPoller implements Runnable {
    final StandingsBoard board;
    private long version = -1;
    private @Nullable Map<String, Standing> known;

    StandingsPoller(StandingsBoard board) {
        this.board = board;
    }

    /** Looks, and compares when anything is new. */
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
     * Takes how things stand now.
     *
     * @param before how they stood at the look before, null at the first
     */
    abstract void compare(@Nullable Map<String, Standing> before, Map<String, Standing> now);

    static String lower(Standing standing) {
        return standing.name().toLowerCase(Locale.ROOT);
    }
}
