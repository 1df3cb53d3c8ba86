package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.campaign.LateAccounts.Spread;
import dev.stillgate.loadtests.campaign.traffic.Attempt;
import dev.stillgate.proxy.backtest.TextVolume;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tokens, conversations and hours of a campaign's accounts before their pool. */
final class LateAccountsTest {
    private static final long HOUR = 3_600_000;

    private final GroupTally campaign = new GroupTally();

    private AccountUse use(String account, long time, int conversations) {
        Attempt attempt =
                new Attempt(account, "campaign:x", account, false, "/v1/messages", true, time, new byte[0], 0);
        AccountUse use = campaign.request(attempt);
        for (int i = 0; i < conversations; i++) {
            use.gotBeforePool(attempt, new TextVolume(7, 60, 40));
        }
        return use;
    }

    @Test
    void accountsThatWereUsedBeforeTheFirstPoolAreNoNewcomers() {
        use("a", 0, 50).pooledAt = 40 * HOUR;
        use("b", 40 * HOUR, 9).pooledAt = 41 * HOUR;
        use("c", 41 * HOUR, 3).pooledAt = 43 * HOUR;
        LateAccounts newcomers = LateAccounts.of(List.of(campaign));
        assertThat(newcomers)
                .isEqualTo(new LateAccounts(
                        1, 1, 0, new Spread(3.0, 3.0), new Spread(300.0, 300.0), new Spread(2.0, 2.0)));
    }

    @Test
    void accountThatIsNeverPooledStandsAboveAllOthers() {
        use("a", 0, 50).pooledAt = 1;
        for (int i = 1; i <= 8; i++) {
            AccountUse use = use("n" + i, HOUR, i);
            use.pooledAt = 2 * HOUR;
            use.join = AccountUse.Join.RIGHT;
        }
        use("never", HOUR, 1);
        use("neither", HOUR, 1);
        LateAccounts newcomers = LateAccounts.of(List.of(campaign));
        assertThat(newcomers.accounts()).isEqualTo(10);
        assertThat(newcomers.pooled()).isEqualTo(8);
        assertThat(newcomers.joined()).isEqualTo(8);
        assertThat(newcomers.conversations()).isEqualTo(new Spread(5.0, null));
    }

    @Test
    void campaignWithoutAPoolHasNoNewcomers() {
        use("a", 0, 1);
        use("b", HOUR, 1);
        assertThat(LateAccounts.of(List.of(campaign)).accounts()).isZero();
        assertThat(LateAccounts.of(List.of(campaign)).hours()).isEqualTo(new Spread(null, null));
    }

    @Test
    void wantedResponsesCountOverTheDaysOfTheCampaign() {
        use("a", 0, 0);
        use("a", 48 * HOUR, 0);
        for (int i = 0; i < 10; i++) {
            campaign.add("a", new TextVolume(1, 2, 3), i < 4);
        }
        campaign.add("without an account", new TextVolume(5, 0, 0), false);
        assertThat(campaign.wantedADay()).isEqualTo(5.5);
        assertThat(campaign.text()).isEqualTo(new TextVolume(15, 20, 30));
        AccountUse use = campaign.accounts().iterator().next();
        assertThat(use.requests).isEqualTo(10);
        assertThat(use.refused).isEqualTo(4);
    }
}
