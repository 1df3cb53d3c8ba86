package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.DailyQuota;
import dev.stillgate.spi.Standing;

/** An operator's hand, for tests of other packages. */
public final class Pins {
    private Pins() {}

    /** Puts an account on a rung for good. */
    public static void pin(Analyst analyst, String account, Standing standing, long now) {
        analyst.ladder().pin(account, standing, Long.MAX_VALUE, "test", now);
        analyst.ladder().find(account).quota = new DailyQuota(25);
    }
}
