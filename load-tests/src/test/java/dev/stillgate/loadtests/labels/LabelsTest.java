package dev.stillgate.loadtests.labels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.loadtests.labels.CampaignFigures.Overall;
import dev.stillgate.loadtests.labels.CampaignFigures.Rung;
import dev.stillgate.proxy.backtest.LoggedAccount;
import dev.stillgate.proxy.backtest.TextVolume;
import dev.stillgate.proxy.backtest.VirtualResponse;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Figures of labelled exchanges: the fate of text, and the accounts at each standing. */
final class LabelsTest {
    private static final long START = 1_770_000_000_000L;
    private static final long HOUR = 3_600_000;

    private final Labels labels = new Labels(false);

    private static LoggedAccount account(String id) {
        return new LoggedAccount(new Account(id, Account.Trust.ACCEPTED, null, null, false, null));
    }

    private static void set(LoggedAccount account, long after, Standing standing) {
        account.change(new LoggedAccount.Change(START + after, 1, standing, null, null, List.of()));
    }

    private void served(String label, LoggedAccount account, long after, TextVolume text) {
        labels.exchange(label, account, START + after, new VirtualResponse.Served(200, text));
    }

    private void served(String label, LoggedAccount account, long after) {
        served(label, account, after, new TextVolume(0, 0, 7));
    }

    private void refused(String label, LoggedAccount account, long after, boolean forStanding) {
        TextVolume text = new TextVolume(7, 0, 0);
        labels.exchange(
                label,
                account,
                START + after,
                new VirtualResponse.Refused(403, "trial", "x", null, true, text, forStanding));
    }

    private static void assertShares(TextShares shares, double refused, double marked, double free) {
        assertThat(shares.refused()).isCloseTo(refused, within(1e-12));
        assertThat(shares.marked()).isCloseTo(marked, within(1e-12));
        assertThat(shares.free()).isCloseTo(free, within(1e-12));
    }

    private CampaignFigures campaign(String name) {
        return labels.campaigns().get(name);
    }

    @Test
    void meansAreByTokensAndUnweighted() {
        served("campaign:x", account("a"), 0, new TextVolume(0, 100, 100));
        served("campaign:y", account("b"), 1, new TextVolume(0, 400, 600));
        labels.begin("campaign:silent/cover", account("c"), START);
        Overall overall = Overall.of(labels.campaigns().values());
        assertThat(overall.campaigns()).isEqualTo(3);
        assertThat(overall.tokens()).isEqualTo(1_200);
        assertShares(overall.byTokens().shares(), 0, 500 / 1_200.0, 700 / 1_200.0);
        assertShares(overall.mean().shares(), 0, 0.45, 0.55);
    }

    @Test
    void coverTrafficMakesMembersButCountsNoText() {
        LoggedAccount a = account("a");
        served("campaign:x/cover", a, 0);
        refused("campaign:x", a, 1, false);
        served("campaign:x/cover", account("b"), 2);
        served("campaign:x", a, 3);
        CampaignFigures campaign = campaign("x");
        assertThat(campaign.accounts()).isEqualTo(2);
        assertThat(campaign.exchanges()).isEqualTo(2);
        assertThat(campaign.tokens()).isEqualTo(14);
        assertShares(campaign.shares(), 0.5, 0, 0.5);
    }

    @Test
    void campaignsAndHonestAccountsAreCountedByStanding() {
        List<LoggedAccount> members = List.of(account("c1"), account("c2"), account("c3"));
        for (int i = 0; i < 3; i++) {
            served("campaign:x", members.get(i), i);
        }
        set(members.get(0), 1_000, Standing.MARKED);
        set(members.get(1), 1_000, Standing.BLOCKED);
        set(members.get(2), 1_000, Standing.POOLED);
        served("campaign:y", account("w"), 3);
        LoggedAccount h1 = account("h1");
        LoggedAccount h2 = account("h2");
        served("honest:chat", h1, 4);
        served("honest:chat", h2, HOUR);
        served("honest:chat", h2, 2 * HOUR);
        served("", account("warm-up"), 2 * HOUR);
        set(h1, 1_004, Standing.POOLED);
        set(h2, 1_004, Standing.BLOCKED);
        set(h2, HOUR + 1_000, Standing.CLEAR);
        HonestFigures chat = labels.honestGroups().get("chat");
        assertThat(chat.rungs().get(Standing.POOLED).accounts()).isEqualTo(2);
        assertThat(chat.rungs().get(Standing.BLOCKED).accounts()).isEqualTo(1);
        assertThat(labels.honest()).isEqualTo(chat);
        Rung pooled = campaign("x").rungs().get(Standing.POOLED);
        assertThat(pooled.accounts()).isEqualTo(2);
        assertThat(pooled.hoursToNineInTen()).as("two of three").isNull();
        Rung marked = campaign("x").rungs().get(Standing.MARKED);
        assertThat(marked.accounts()).isEqualTo(3);
        assertThat(marked.hoursToFirst()).isCloseTo(1_000.0 / HOUR, within(1e-12));
        assertThat(marked.hoursToNineInTen()).isCloseTo(1_000.0 / HOUR, within(1e-12));
        assertThat(marked.ownHoursToNineInTen()).isCloseTo(1_000.0 / HOUR, within(1e-12));
        assertThat(marked.medianHours()).isCloseTo(999.0 / HOUR, within(1e-12));
        assertThat(campaign("y").rungs()).containsEntry(Standing.POOLED, new Rung(0, null, null, null, null));
        assertThat(labels.campaigns()).hasSize(2);
    }

    @Test
    void honestRefusalsForStandingsAreCounted() {
        LoggedAccount h1 = account("h1");
        served("honest:chat", h1, 0);
        refused("honest:chat", account("h2"), 1, false);
        refused("honest:chat", h1, 2_000, true);
        refused("honest:chat", h1, 2_001, false);
        refused("honest:code", account("h3"), 2_002, true);
        HonestFigures chat = labels.honestGroups().get("chat");
        assertThat(chat.exchanges()).isEqualTo(4);
        assertThat(chat.refusedForStanding()).isEqualTo(1);
        assertThat(chat.refusedForStandingShare()).isEqualTo(0.25);
        assertThat(chat.refusedForStandingBound95()).isEqualTo(ClopperPearson.upper95(1, 4));
        assertShares(chat.shares(), 0.75, 0, 0.25);
        assertThat(labels.honest().refusedForStanding()).isEqualTo(2);
        assertThat(labels.honest().accountsRefused())
                .isEqualTo(new HonestFigures.Affected(2, ClopperPearson.upper95(2, 3)));
    }

    @Test
    void accountsOfAnOrganisationCountOnce() {
        for (int i = 0; i < 3; i++) {
            Account entry = new Account("a" + i, Account.Trust.LISTED, "acme", null, false, null);
            refused("honest:chat", new LoggedAccount(entry), i, true);
        }
        HonestFigures chat = labels.honest();
        assertThat(chat.accounts()).isEqualTo(3);
        assertThat(chat.independent()).isOne();
        assertThat(chat.accountsRefused()).isEqualTo(new HonestFigures.Affected(3, 1));
    }

    @Test
    void accountMarkedBeforeItsFirstLabelTookZeroHours() {
        LoggedAccount a = account("a");
        set(a, 1_000, Standing.MARKED);
        served("campaign:x", a, 24 * HOUR);
        Rung marked = campaign("x").rungs().get(Standing.MARKED);
        assertThat(marked.medianHours()).isZero();
        assertThat(marked.hoursToFirst()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"campain:x", "honest:", "campaign:", "campaign:/cover"})
    void otherLabelsAreInvalid(String label) {
        assertThatThrownBy(() -> served(label, account("a"), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("label: expected honest:GROUP");
    }

    @Test
    void tablesExplainTheirColumns() {
        for (int i = 0; i < 13; i++) {
            served(i < 3 ? "campaign:small" : "campaign:large", account("a" + i), i);
        }
        LoggedAccount marked = account("m");
        set(marked, 0, Standing.MARKED);
        served("campaign:small", marked, 0);
        refused("honest:chat", account("h"), 2, false);
        String table = LabelTables.of(labels, false);
        assertThat(table.lines().toList().get(2))
                .matches("small +4 +28 +0.00 % +0.00 % +100.00 % +0.00 % +0.00 % +100.00 %");
        assertThat(table)
                .contains("refused: never left", "marked: prose that left", "free: left without", "44 d: the shares")
                .contains("Nothing is marked: no canary filter runs in this policy.", "Open loop: ")
                .contains("too few accounts to be found: small (4); a cluster has at least ten accounts")
                .containsPattern("small .* 1 \\(0.0 / -\\)")
                .containsPattern("chat +1 +1 +1 +0 \\(<= 95.000 %\\) +0 \\(<= 95.000 %\\) +0.00 %");
        assertThat(LabelTables.of(new Labels(true), true)).isEmpty();
    }
}
