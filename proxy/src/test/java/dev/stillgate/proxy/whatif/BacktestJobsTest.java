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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backtests as jobs: order of the runs, progress, failure, cancellation, and bounds. Shell scripts play the process. */
class BacktestJobsTest {
    private static final String REPORT = """
        {"exchanges":10,"codes":{"rate":%d},"unjudged":3,"clusterCount":1,"accountsByStanding":{"marked":25000}}\
        """;

    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final List<List<String>> arguments = new CopyOnWriteArrayList<>();
    private final List<String> sorted = new CopyOnWriteArrayList<>();

    @TempDir
    private Path directory;

    private List<Path> logs = List.of();
    private String script = "cat \"$3\" > /dev/null; echo '" + REPORT.formatted(2) + "' > \"$5\"";
    private final BacktestJobs jobs = new BacktestJobs(
            () -> logs,
            () -> "in force",
            arguments -> process(arguments),
            () -> Files.createDirectories(directory.resolve("files")),
            new JumpTicker());

    private Process process(List<String> arguments) throws IOException {
        sorted.add(Files.readString(Path.of(arguments.get(1))));
        this.arguments.add(arguments);
        texts.add(Files.readString(Path.of(arguments.get(3))));
        List<String> command = new ArrayList<>(List.of("sh", "-c", script));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    @BeforeEach
    void record() throws IOException {
        Path rotated = Files.writeString(directory.resolve("log.000001"), "{\"ts\":3}\n{\"ts\":1}\n");
        logs = List.of(rotated, Files.writeString(directory.resolve("log"), "{\"ts\":4}\n{\"ts\":2}\n"));
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
        assertThat(texts).containsExactly("candidate", "in force");
        assertThat(page(1).get("progress")).isEqualTo(1.0);
        assertThat(page(1).get("result").toString())
                .contains("{outcome=exchanges, inForce=10, candidate=10, difference=0}")
                .contains("{outcome=not refused, inForce=5, candidate=5, difference=0}")
                .contains("{outcome=refused: rate, inForce=2, candidate=2, difference=0}")
                .contains("{outcome=not judged: no body on record, inForce=3, candidate=3, difference=0}")
                .contains("{outcome=clusters, inForce=1, candidate=1, difference=0}")
                .contains("{outcome=accounts marked, inForce=25000, candidate=25000, difference=0}");
        assertThat(arguments)
                .as("accounts one by one may be more than can be read")
                .allMatch(of -> of.contains("--brief"));
        assertThat(jobs.page().toString()).contains("logs=" + logs).contains("id=1");
    }

    @Test
    void logsAreReplayedInTheOrderOfTheirTimes() throws Exception {
        jobs.start("candidate");
        await("DONE");
        assertThat(sorted).hasSize(2).containsOnly("{\"ts\":1}\n{\"ts\":2}\n{\"ts\":3}\n{\"ts\":4}\n");
    }

    @Test
    void filesAreDeletedWhenTheGatewayStops() throws Exception {
        jobs.start("candidate");
        await("DONE");
        assertThat(directory.resolve("files/1-candidate.json")).exists();
        GatewayRig.eventually("sorted copy deleted", () -> !Files.exists(directory.resolve("files/1-log.jsonl")));
        jobs.close();
        assertThat(directory.resolve("files")).doesNotExist();
    }

    @Test
    void aLogThatCannotBeReadIsAFailure() throws Exception {
        logs = List.of(directory.resolve("absent"));
        jobs.start("candidate");
        await("FAILED");
        assertThat(page(1).get("error").toString())
                .startsWith("the recorded log: ")
                .contains("absent");
        assertThat(texts).isEmpty();
    }

    @Test
    void linesThatWereSkippedAreCounted() throws Exception {
        script = "echo '{\"exchanges\":10,\"broken\":3}' > \"$5\"";
        jobs.start("candidate");
        await("DONE");
        assertThat(page(1).get("result").toString())
                .contains("{outcome=lines that were skipped, inForce=3, candidate=3");
    }

    @Test
    void aFailureIsReportedWithTheProcessesOutput() throws Exception {
        script = "echo ' 50.0 %  3 exchanges'; echo \"policy.yaml:3:1: unknown key\"; exit 1";
        jobs.start("candidate");
        await("FAILED");
        assertThat(page(1).get("error")).isEqualTo("the candidate: policy.yaml:3:1: unknown key");
        assertThat((double) page(1).get("progress")).isEqualTo(0.25);
        assertThat(texts).containsExactly("candidate");
    }

    @Test
    void aFailureUnderThePolicyInForceSaysSo() throws Exception {
        script = "case $3 in *candidate*) echo '" + REPORT.formatted(2) + "' > \"$5\";; *) echo gone; exit 1;; esac";
        jobs.start("candidate");
        await("FAILED");
        assertThat(page(1).get("error")).isEqualTo("the policy in force: gone");
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
