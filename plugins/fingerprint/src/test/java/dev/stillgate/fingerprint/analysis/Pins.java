package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.report.OperatorActions;
import dev.stillgate.fingerprint.standing.ManualStanding;
import dev.stillgate.spi.Standing;

/** Manual standings, for tests of other packages. */
public final class Pins {
    private Pins() {}

    /** Sets a permanent manual standing. */
    public static Object pin(OperatorActions operator, String account, Standing standing, long now) {
        Analyst analyst = operator.analyst();
        analyst.ladder().pin(account, new ManualStanding(standing, Long.MAX_VALUE, "ann", "test"), now);
        return account;
    }
}
