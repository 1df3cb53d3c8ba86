package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.campaign.traffic.Attempt;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Farms of campaigns and the time until they are pooled. */
final class FarmsTest {
    private static final long HOUR = 3_600_000;

    private final Farms farms =
            new Farms(account -> account.startsWith("f") ? "h:1" : null, account -> !account.equals("f-unlisted"));
    private final Map<String, Long> pooled = new HashMap<>();

    private void request(String account, long time, boolean verified) {
        farms.request(
                new Attempt(account, "campaign:x", account, verified, "/v1/messages", true, time, new byte[0], 0));
    }

    private Farms.Figures figures() {
        return farms.figures(account -> pooled.getOrDefault(account, -1L));
    }

    /** Three requests of each of ten accounts, the last one of account n at time n. */
    private void farm() {
        for (int account = 0; account < 10; account++) {
            for (int i = 0; i < 3; i++) {
                request("f" + account, account, false);
            }
        }
    }

    @Test
    void accountsArePooledInTimeAfterTheTenthAccountsThirdExchange() {
        farm();
        request("other", 0, false);
        for (int account = 0; account < 8; account++) {
            pooled.put("f" + account, 9 + HOUR);
        }
        pooled.put("f8", 10 + HOUR);
        assertThat(figures()).isEqualTo(new Farms.Figures(1, 10, 8));
    }

    @Test
    void laterAccountHasAnHourOfItsOwn() {
        farm();
        for (int i = 0; i < 3; i++) {
            request("f10", 5 * HOUR, false);
        }
        pooled.put("f10", 6 * HOUR);
        assertThat(figures()).isEqualTo(new Farms.Figures(1, 11, 1));
    }

    @Test
    void exchangesBeforeTheListingDoNotCount() {
        farm();
        for (int i = 0; i < 3; i++) {
            request("f-unlisted", 0, false);
        }
        assertThat(figures()).isEqualTo(new Farms.Figures(1, 10, 0));
    }

    @Test
    void verifiedAccountsAndSmallFarmsAreLeftOut() {
        for (int account = 0; account < 20; account++) {
            for (int i = 0; i < 3; i++) {
                request("f" + account, account, account >= 9);
            }
        }
        assertThat(figures()).isEqualTo(new Farms.Figures(0, 0, 0));
    }
}
