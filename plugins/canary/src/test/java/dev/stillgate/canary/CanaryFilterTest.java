package dev.stillgate.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.canary.proof.SavedAudit;
import dev.stillgate.canary.proof.SavedAudits;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Standing;
import dev.stillgate.testkit.Conversation;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Keys, ledger and policy of a canary filter. */
class CanaryFilterTest extends CanaryRig {
    @Test
    void answersBelowTheConfiguredStandingAreUnchanged() {
        harness.context().stands("a-1", Standing.CLEAR, "c3");
        harness.policy(POLICY);
        assertThat(answer(harness.exchange(), Conversation.of("Hello"))).isEqualTo(ResponseTap.NONE);
        for (Exemption why : Exemption.values()) {
            assertThat(skipped(why)).isZero();
        }
    }

    @Test
    void keyBelongsToTheClusterAndTheEpoch() throws Exception {
        marked();
        ResponseTap.Prose tap = prose(harness.exchange());
        String text = pass(tap.onBlock(0));
        assertThat(text).isEqualTo(expected("c3/2026-Q1")).isNotEqualTo(PROSE);
        assertThat(tap.sites()).isGreaterThan(5);
        assertThat(pass(tap.onRepeat(0))).isEqualTo(text);
        assertThat(tap.sites()).as("a repeat is not counted").isEqualTo((int)
                harness.context().count("stillgate.canary.sites"));
        harness.ticker().jumpWallClock(Duration.ofDays(100));
        assertThat(pass(prose(harness.exchange()).onBlock(0))).isEqualTo(expected("c3/2026-Q2"));
    }

    @Test
    void accountOutsideAnyClusterHasItsOwnKey() throws Exception {
        harness.context().stands("a-1", Standing.POOLED);
        harness.policy(new CanaryPolicy(MarkedFrom.MARKED, null, null, null, null, Epoch.YEAR, null));
        assertThat(pass(prose(harness.exchange()).onBlock(0))).isEqualTo(expected(ofAccount("a-1", "2026")));
    }

    @Test
    @DisplayName("plugins 14: an account and a cluster of one name have different keys")
    void accountAndClusterOfOneNameHaveDifferentKeys() throws Exception {
        assertThat(KeyNames.ofGroup("c3", "2026-Q4"))
                .as("as in earlier versions")
                .isEqualTo("c3/2026-Q4");
        harness.context().stands("c3", Standing.MARKED);
        harness.context().stands("a-1", Standing.MARKED, "c3");
        harness.policy(POLICY);
        String alone =
                pass(prose(harness.exchange().by(FakeExchange.listed("c3"))).onBlock(0));
        String inTheCluster = pass(prose(harness.exchange()).onBlock(0));
        assertThat(alone).isEqualTo(expected(ofAccount("c3", "2026-Q1")));
        assertThat(inTheCluster).isEqualTo(expected("c3/2026-Q1")).isNotEqualTo(alone);
    }

    @Test
    @DisplayName("plugins 14: answers of an account with a long id are marked")
    void idOfAnAccountIsNotInItsName() throws Exception {
        for (int length : new int[] {112, 113, 121, 128}) {
            String id = "x".repeat(length);
            harness.context().stands(id, Standing.MARKED);
            harness.policy(POLICY);
            FakeExchange exchange = harness.exchange().by(FakeExchange.listed(id));
            assertThat(pass(prose(exchange).onBlock(0))).as(id).isNotEqualTo(PROSE);
            assertThat(ofAccount(id, "2026-Q1"))
                    .isNotEqualTo(ofAccount(id + "y", "2026-Q1"))
                    .matches("account:[0-9a-f]{32}/2026-Q1");
        }
    }

    @Test
    @DisplayName("plugins 9: a key is derived in the background, and retried after the queue was full")
    void keyIsDerivedInTheBackground() {
        List<Runnable> tasks = new ArrayList<>();
        marked();
        harness.ticker().soon(task -> false);
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isEqualTo(ResponseTap.NONE);
        harness.ticker().soon(tasks::add);
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isEqualTo(ResponseTap.NONE);
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.KEY_PENDING)).isEqualTo(3);
        assertThat(tasks).hasSize(1);
        tasks.getFirst().run();
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void keyWaitsForItsCommitmentAndAnswerForItsLeaf() throws Exception {
        harness.context().keepsStateIn(directory);
        marked();
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.KEY_PENDING)).isEqualTo(1);
        harness.ticker().advance(Duration.ofMillis(100));
        assertThat(harness.context().gauge("stillgate.canary.ledger.leaves"))
                .as("two secrets of epochs and the key")
                .isEqualTo(3);

        ResponseTap.Prose tap = prose(harness.exchange());
        pass(tap.onBlock(0));
        tap.onResponse("msg_1", true);
        await(tap.onEnd());
        assertThat(answers("witnessed")).isEqualTo(1);
        assertThat(harness.context().gauge("stillgate.canary.ledger.leaves")).isEqualTo(4);
        close();
    }

    @Test
    void dossierShowsTheKeysOfTheClusterWithTheirLeaves() throws Exception {
        harness.context().keepsStateIn(directory);
        marked();
        assertThat(harness.context().shows("dossiers", "c3")).isNull();
        answer(harness.exchange(), Conversation.of("x"));
        assertThat(String.valueOf(harness.context().shows("dossiers", "c3")))
                .contains("key=c3/2026-Q1", "committed=false", "answers=0");
        harness.ticker().advance(Duration.ofMillis(100));
        ResponseTap.Prose tap = prose(harness.exchange());
        pass(tap.onBlock(0));
        tap.onResponse("msg_1", true);
        await(tap.onEnd());
        String written = "key=c3/2026-Q1, committed=true, leaf=2, since=2026-";
        String shown = String.valueOf(harness.context().shows("dossiers", "c3"));
        assertThat(shown)
                .contains("state=written", "leaves=4", written, "answers=1, sites=" + tap.sites())
                .doesNotContain("committed=false");
        for (String other : List.of("c", "c3/2026-Q1", "secret", "global", "", "c33")) {
            assertThat(harness.context().shows("dossiers", other)).as(other).isNull();
        }
        close();
        FilterHarness<CanaryPolicy> restarted = new FilterHarness<>(new CanaryFactory());
        restarted.context().keepsStateIn(directory);
        restarted.policy(POLICY);
        assertThat(String.valueOf(restarted.context().shows("dossiers", "c3")))
                .as("counted from the ledger after a restart")
                .contains(written, "answers=1, sites=" + tap.sites());
        restarted.context().state(CanaryState.class, () -> null).close();
    }

    @Test
    void dossierShowsTheSavedAuditsOfTheCluster() throws Exception {
        harness.context().keepsStateIn(directory);
        marked();
        SavedAudits audits = new SavedAudits(SavedAudits.beside(directory.resolve("ledger")), line -> {});
        Instant at = Instant.parse("2026-11-29T10:15:30Z");
        for (int i = 0; i < 60; i++) {
            audits.save(new SavedAudit(
                    at.plusSeconds(i),
                    "model " + i,
                    500,
                    4,
                    false,
                    List.of(
                            new SavedAudit.Outcome("c3/2026-Q1", -7, true),
                            new SavedAudit.Outcome("c3/2025-Q4", -1, false),
                            new SavedAudit.Outcome("c33/2026-Q1", -8, true))));
        }
        List<Map<String, Object>> tests = tests("c3");
        assertThat(tests).as("bounded, the newest first").hasSize(100);
        assertThat(tests.getFirst())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "at",
                        at.plusSeconds(59),
                        "suspect",
                        "model 59",
                        "key",
                        "c3/2026-Q1",
                        "p",
                        "1E-7",
                        "log10p",
                        -7.0,
                        "result",
                        "strong evidence of the mark",
                        "committed",
                        true,
                        "preregistered",
                        false,
                        "keys",
                        4,
                        "answers",
                        500L));
        assertThat(tests("c33"))
                .as("a cluster whose keys are unknown")
                .extracting(test -> test.get("key"))
                .containsOnly("c33/2026-Q1");
        assertThat(harness.context().shows("dossiers", "c")).isNull();
        close();
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> tests(String cluster) {
        Map<String, Object> part = (Map<String, Object>) harness.context().shows("dossiers", cluster);
        return (List<Map<String, Object>>) ((Map<String, Object>) part.get("ledger")).get("tests");
    }

    @Test
    void shadowModeRecordsNothing() throws Exception {
        harness.context().keepsStateIn(directory);
        marked();
        answer(harness.exchange(), Conversation.of("x"));
        harness.ticker().advance(Duration.ofMillis(100));
        ResponseTap.Prose tap = prose(harness.exchange());
        pass(tap.onBlock(0));
        tap.onResponse("msg_1", false);
        assertThat(tap.onEnd()).isEqualTo(Release.NOW);
        assertThat(harness.context().count("stillgate.canary.sites")).isPositive();
        close();
        assertThat(answers("witnessed") + answers("unwitnessed")).isZero();
    }

    @Test
    void unusableLedgerLeavesEveryAnswerUnmarked() throws Exception {
        Files.writeString(directory.resolve("ledger"), "in the way");
        harness.context().keepsStateIn(directory);
        marked();
        assertThat(answer(harness.exchange(), Conversation.of("x"))).isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.LEDGER)).isEqualTo(1);
        assertThat(harness.context().gauge("stillgate.canary.ledger.writable")).isZero();
        assertThat(String.valueOf(harness.context().showsAll("canary"))).contains("ledger");
    }

    @Test
    void answerWithoutSitesIsPlain() {
        marked();
        ResponseTap.Prose tap = prose(harness.exchange());
        ResponseTap.Prose.Block block = tap.onBlock(0);
        assertThat(block.onText("42").toString() + block.onEnd()).isEqualTo("42");
        tap.onResponse("msg_1", true);
        assertThat(tap.onEnd()).isEqualTo(Release.NOW);
        assertThat(answers("plain")).isEqualTo(1);
        assertThat(tap.sites()).isZero();
    }

    @Test
    void reloadKeepsTheKeys() {
        marked();
        ResponseTap.Prose tap = prose(harness.exchange());
        pass(tap.onBlock(0));
        tap.onResponse("msg_1", true);
        harness.policy(POLICY);
        assertThat(harness.context().shows("canary", "c3/2026-Q1")).asString().contains("answers=1");
        assertThat(harness.context().shows("canary", "c4/2026-Q1")).isNull();
    }

    @Test
    void invalidPolicyIsRejectedWithItsReason() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "short");
        assertThatThrownBy(() -> harness.policy(new CanaryPolicy(null, null, null, secret, null, null, null)))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("16");
        Path table = Files.writeString(directory.resolve("t.yaml"), "classes: 3\n");
        assertThatThrownBy(() -> harness.policy(new CanaryPolicy(null, null, List.of(table), null, null, null, null)))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("t.yaml");
    }
}
