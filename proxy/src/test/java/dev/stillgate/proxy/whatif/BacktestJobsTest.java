package dev.stillgate.proxy.whatif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.JumpTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Backtests as jobs: order of the runs, progress, failure, cancellation, and bounds. Shell scripts play the process. */
class BacktestJobsTest {
    private static final String REPORT = """
            {"exchanges":10,"codes":{"rate":%d},"clusters":[],"standings":[{"changes":[{"standing":"marked"}]}]}""";

    private final List<String> texts = new CopyOnWriteArrayList<>();
    private List<Path> logs = List.of(Path.of("recorded.jsonl"));
    private String script = "cat \"$3\" > /dev/null; echo '" + REPORT.formatted(2) + "' > \"$5\"";
    private final BacktestJobs jobs =
            new BacktestJobs(() -> logs, () -> "in force", arguments -> process(arguments), new JumpTicker());

    private Process process(List<String> arguments) throws IOException {
        texts.add(Files.readString(Path.of(arguments.get(3))));
        List<String> command = new ArrayList<>(List.of("sh", "-c", script));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @AfterEach
    void close() {
        jobs.close();
    }

    private Map<String, Object> page(long id) {
        return Objects.requireNonNull(jobs.page(id));
    }

    private String state(long id) {
        return String.valueOf(page(id).get("state"));
    }

    private void await(String state) {
        GatewayRig.eventually(state, () -> state(1).equals(state));
    }

    @Test
    void bothPoliciesAreReplayedAndCompared() throws Exception {
        assertThat(jobs.start("candidate").get("id")).isEqualTo(1L);
        await("DONE");
        assertThat(texts).containsExactly("in force", "candidate");
        assertThat(page(1).get("progress")).isEqualTo(1.0);
        assertThat(page(1).get("result").toString())
                .contains("{outcome=exchanges, inForce=10, candidate=10, difference=0}")
                .contains("{outcome=not refused, inForce=8, candidate=8, difference=0}")
                .contains("{outcome=refused: rate, inForce=2, candidate=2, difference=0}")
                .contains("{outcome=accounts marked, inForce=1, candidate=1, difference=0}");
        assertThat(jobs.page().toString()).contains("logs=[recorded.jsonl]").contains("id=1");
    }

    @Test
    void aFailureIsReportedWithTheProcessesOutput() throws Exception {
        script = "echo ' 50.0 %  3 exchanges'; echo \"policy.yaml:3:1: unknown key\"; exit 1";
        jobs.start("candidate");
        await("FAILED");
        assertThat(page(1).get("error")).isEqualTo("the policy in force: policy.yaml:3:1: unknown key");
        assertThat((double) page(1).get("progress")).isEqualTo(0.25);
    }

    @Test
    void aReportThatIsNoReportIsAFailure() throws Exception {
        script = "echo '[]' > \"$5\"";
        jobs.start("candidate");
        await("FAILED");
        assertThat(page(1).get("error")).isEqualTo("the report is not an object");
    }

    @Test
    void oneRunsAtATimeAndCanBeCancelled() throws Exception {
        script = "exec sleep 600";
        assertThat(jobs.states()).isEmpty();
        jobs.start("candidate");
        assertThat(jobs.states()).containsExactly("1 RUNNING");
        assertThatThrownBy(() -> jobs.start("another")).hasMessageContaining("another backtest runs");
        GatewayRig.eventually("started", () -> !texts.isEmpty());
        jobs.cancel(1);
        await("CANCELLED");
        script = "echo '" + REPORT.formatted(0) + "' > \"$5\"";
        jobs.start("another");
        GatewayRig.eventually("done", () -> state(2).equals("DONE"));
        jobs.cancel(2);
        assertThat(jobs.states()).containsExactly("2 DONE", "1 CANCELLED");
        assertThat(jobs.cancel(3)).isNull();
        assertThat(jobs.page(3)).isNull();
    }

    @Test
    void nothingRecordedAndLongPoliciesAreRefused() {
        assertThatThrownBy(() -> jobs.start("x".repeat((1 << 20) + 1))).hasMessageContaining("longer than");
        logs = List.of();
        assertThatThrownBy(() -> jobs.start("candidate")).hasMessageContaining("nothing is recorded");
        assertThat(jobs.page()).hasToString("{logs=[], backtests=[]}");
    }
}
