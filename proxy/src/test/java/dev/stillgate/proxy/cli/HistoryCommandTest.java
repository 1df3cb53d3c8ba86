package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands {@code history} and {@code diff}, of a running gateway and of its state directory. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class HistoryCommandTest {
    @TempDir
    private Path state;

    @Test
    void accountsAndPinAreShown() throws IOException {
        try (UpstreamScript upstream = UpstreamScript.answering()) {
            RigBuilder builder = GatewayRig.with()
                    .to(upstream)
                    .accounts("{file: accounts.yaml}")
                    .accountsFile("accounts: []\n");
            try (GatewayRig rig = builder.start()) {
                String admin = "127.0.0.1:" + rig.adminPort();
                rig.policy(builder.policy() + "\n# a second text\n");
                assertThat(Lines.of("reload", "--admin", admin).exit()).isZero();
                Files.writeString(
                        rig.directory().resolve("accounts.yaml"),
                        "accounts: [{id: a-1, keys: [\"h1:" + "0".repeat(32) + "\"]}]\n");
                assertThat(Lines.of("reload", "--admin", admin).exit()).isZero();
                assertThat(Lines.of("diff", "2", "3", "--admin", admin).out().lines())
                        .containsExactly("# generation 3: accounts 0 -> 1, added a-1");
                Lines back = Lines.of("reload", "--rollback", "--to", "1", "--admin", admin);
                assertThat(back.out()).contains("pinned until the policy file changes");
                assertThat(Lines.of("history", "--admin", admin).out().lines())
                        .first()
                        .asString()
                        .startsWith("4  ")
                        .endsWith("  [in force, pinned by a rollback]  rollback to 1");
                assertThat(Lines.of("reload", "--to", "1", "--admin", admin).exit())
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void historyAndDiffOutliveTheGateway() {
        String[] before = {};
        try (UpstreamScript upstream = UpstreamScript.answering()) {
            RigBuilder builder = GatewayRig.with().to(upstream).state(state);
            try (GatewayRig rig = builder.start()) {
                String admin = "127.0.0.1:" + rig.adminPort();
                rig.policy(builder.policy() + "\n# a second text\n");
                assertThat(Lines.of("reload", "--admin", admin, "--by", "ada", "--why", "a reason\nin two lines")
                                .exit())
                        .isZero();
                Lines history = Lines.of("history", "--admin", admin);
                assertThat(history.exit()).isZero();
                before = history.out().lines().toArray(String[]::new);
                assertThat(before[0])
                        .startsWith("2  ")
                        .contains("  [in force]  admin by ada: a reason\\u000ain two lines");
                assertThat(before[1]).startsWith("1  ").endsWith("  start");
                Lines diff = Lines.of("diff", "1", "2", "--admin", admin);
                assertThat(diff.out().lines())
                        .contains("--- generation 1", "+++ generation 2", "+# a second text")
                        .noneMatch(line -> line.startsWith("-") && !line.startsWith("---"));
                assertThat(Lines.of("diff", "1", "9", "--admin", admin).exit()).isEqualTo(1);
                rig.ask(Requests.messages("x-api-key: a"));
                List<String> log = rig.finish();
                assertThat(log.getLast()).containsPattern("\"policy_generation\":2,\"policy_sha256\":\"[0-9a-f]{64}\"");
            }
            assertThat(Lines.of("history", "--state", state.toString()).out().lines())
                    .startsWith(before[0].replace("[in force]", "[last in force]"))
                    .endsWith(before[1]);
            try (GatewayRig rig = builder.start()) {
                assertThat(Lines.of("history", "--admin", "127.0.0.1:" + rig.adminPort())
                                .out()
                                .lines())
                        .hasSizeGreaterThan(before.length)
                        .first()
                        .asString()
                        .startsWith("3  ");
            }
        }
        assertThat(Lines.of("diff", "1", "3", "--state", state.toString()).out())
                .isEmpty();
        assertThat(Lines.of("history", "--state", state.resolve("absent").toString())
                        .exit())
                .isEqualTo(1);
    }
}
