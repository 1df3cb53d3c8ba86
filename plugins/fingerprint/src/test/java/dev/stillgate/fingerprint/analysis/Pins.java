package dev.stillgate.fingerprint.analysis;

import dev.stillgate.spi.Standing;

/** An operator's hand, for tests of other packages. */
public final class Pins {
    private Pins() {}

    /** Puts an account on a rung for good. */
    public static void pin(Analyst analyst, String account, Standing standing, long now) {
        analyst.ladder().hear(new LadderCopy.Word(account, standing, Long.MAX_VALUE, "test", now, 25), now);
    }
}
