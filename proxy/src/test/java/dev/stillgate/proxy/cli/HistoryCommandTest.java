package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
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
                assertThat(before[0]).startsWith("2  ").contains("admin by ada: a reason\\u000ain two lines");
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
                    .containsExactly(before);
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
