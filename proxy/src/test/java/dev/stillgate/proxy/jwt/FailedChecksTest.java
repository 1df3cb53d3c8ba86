package dev.stillgate.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.jwt.FailedChecks.Client;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** Tests the limits of invalid signatures, of each client and of all together. */
class FailedChecksTest {
    private static final long SECOND = 1_000_000_000;

    /** The cost of a check of the slowest algorithm, in nanoseconds. */
    private static final long COST = 500_000;

    private final FailedChecks checks = new FailedChecks(-SECOND);

    /** Checks invalid signatures of clients 0, 1, 2 and so on at one time, until one is refused; returns their number. */
    private int flood(LongFunction<Client> clients, long now) {
        int checked = 0;
        while (checks.allows(clients.apply(checked), now)) {
            checks.failed(clients.apply(checked), COST, now);
            checked++;
        }
        return checked;
    }

    @Test
    void clientHasABurstAndARate() {
        Client client = checks.stranger(7);
        assertThat(flood(number -> client, 0)).isEqualTo(FailedChecks.BURST);
        assertThat(checks.isSpent(client, 0)).isTrue();
        assertThat(checks.isSpent(checks.stranger(8), 0)).isFalse();
        assertThat(flood(number -> client, SECOND / FailedChecks.PER_SECOND)).isEqualTo(1);
    }

    /** The checks of the fastest algorithm, so that the limit of the site ends the flood before that of all together. */
    @Test
    void siteOfManyNetworksHasALimit() {
        long site = 0x2001_0db8_0007_0000L;
        int checked = 0;
        for (int network = 0; network < 2_000; network++) {
            Client client = checks.stranger(site + network);
            if (checks.allows(client, 0)) {
                checks.failed(client, FailedChecks.LEAST_COST, 0);
                checked++;
            }
        }
        assertThat(checked).isBetween(FailedChecks.BURST * 15, FailedChecks.BURST * FailedChecks.SITE);
        assertThat(checks.allows(checks.stranger(site + 0x1_0000), 0))
                .as("the next site")
                .isTrue();
        assertThat(checks.allows(checks.known(5, site), 0)).isTrue();
    }

    @Test
    void floodFromManyNetworksRarelyHitsOthers() {
        for (int network = 0; network < 2_000; network++) {
            for (int i = 0; i < FailedChecks.BURST; i++) {
                checks.failed(checks.stranger(network), 0, 0);
            }
        }
        int hit = 0;
        for (int network = 10_000; network < 11_000; network++) {
            hit += checks.isSpent(checks.stranger(network), 0) ? 1 : 0;
        }
        assertThat(hit)
                .as("about 4 are expected, and about 30 with a single cell each")
                .isLessThan(20);
    }

    @Test
    void eachKindOfClientsTakesABoundedShareOfAProcessor() {
        long now = 0;
        int checked = 0;
        for (int network = 0; now < 10 * SECOND; network++) {
            if (checks.allows(checks.stranger(network), now)) {
                checks.failed(checks.stranger(network), COST, now);
                checked++;
            }
            now += 100_000;
        }
        assertThat((double) checked * COST / now).isBetween(1.0 / FailedChecks.SHARE, 1.1 / FailedChecks.SHARE);
    }

    @Test
    void strangersCannotLockOthersOut() {
        assertThat(flood(checks::stranger, 0)).isPositive();
        assertThat(checks.allows(checks.stranger(1 << 20), 0)).isFalse();
        assertThat(checks.allows(checks.known(1, 1), 0)).isTrue();
        assertThat(checks.allows(checks.proven(1), 0)).isTrue();
    }

    @Test
    void provenConnectionsCannotLockOthersOut() {
        assertThat(flood(checks::proven, 0)).isPositive();
        assertThat(checks.allows(checks.stranger(1), 0)).isTrue();
        assertThat(checks.allows(checks.known(1, 1), 0)).isTrue();
    }

    @Test
    void subjectThatForgesFromManyNetworksCannotLockOtherSubjectsOut() {
        Client first = checks.known(5, 0);
        checks.failed(first, COST, 0);
        assertThat(flood(network -> checks.known(5, network), 0)).isPositive();
        assertThat(checks.allows(checks.known(5, 1 << 20), 0)).isFalse();
        assertThat(checks.allows(checks.known(6, 1), 0)).as("without a failure").isTrue();
        assertThat(checks.isSpent(checks.known(5, 1 << 20), 0))
                .as("the subject elsewhere")
                .isFalse();
    }

    @Test
    void checksBeginAgainSoonAfterAFlood() {
        for (int network = 0; network < 1_000_000; network++) {
            checks.failed(checks.stranger(network % 1_000), COST, 0);
        }
        assertThat(checks.allows(checks.stranger(1 << 20), 0)).isFalse();
        assertThat(checks.allows(checks.stranger(1 << 20), SECOND / 2)).isTrue();
    }

    @Test
    void implausibleCostsAreClamped() {
        checks.failed(checks.stranger(1), 3_600 * SECOND, 0);
        assertThat(checks.allows(checks.stranger(2), 0))
                .as("the thread was interrupted")
                .isTrue();
        for (int i = 0; i < 1_000; i++) {
            checks.failed(checks.stranger(1_000 + i), 0, 0);
        }
        assertThat(checks.allows(checks.stranger(2), 0))
                .as("a clock that stands still")
                .isFalse();
    }
}
