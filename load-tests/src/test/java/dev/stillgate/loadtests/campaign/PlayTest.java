package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.loadtests.campaign.traffic.Scenario;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Short closed loops of every scenario. */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
final class PlayTest {
    private static final String FINGERPRINT = "{name: behaviour, type: fingerprint}";

    @TempDir
    private Path directory;

    private String printed = "";

    private JsonNode play(String filters, String... options) throws IOException {
        Path policy = Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["http://127.0.0.1:9"]}]
                routes: [{path: /v1/, upstream: model}]
                filters: [%s]
                """.formatted(filters));
        Path report = directory.resolve("report.json");
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.addAll(List.of("--policy", policy.toString(), "--out", report.toString()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Play(PlayOptions.parse(arguments.toArray(String[]::new), 0))
                .run(new PrintStream(out, true, StandardCharsets.UTF_8));
        printed = out.toString(StandardCharsets.UTF_8);
        return new ObjectMapper().readTree(report.toFile());
    }

    static Stream<String> scenarios() {
        return Scenario.all().stream().map(Scenario::name);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyScenarioPlays(String scenario) throws IOException {
        JsonNode report = play(FINGERPRINT, "--scenario", scenario, "--days", "2", "--honest", "60", "--scale", "0.2");
        assertThat(report.get("closedLoop").asBoolean()).isTrue();
        assertThat(report.at("/play/requests").asLong()).isGreaterThan(500);
        assertThat(report.at("/play/refusals").asLong()).isZero();
        assertThat(report.at("/overall/campaigns").asInt())
                .isEqualTo(Scenario.named(scenario).campaigns().size());
        assertThat(printed).contains("Closed loop: ", "requests a second", "judgements: ");
    }

    @Test
    void sameOptionsGiveTheSameReport() throws IOException {
        String[] options = {"--days", "2", "--honest", "60", "--scale", "0.2", "--seed", "4"};
        JsonNode first = play(FINGERPRINT, options);
        assertThat(play(FINGERPRINT, options)).isEqualTo(first);
        options[options.length - 1] = "5";
        assertThat(play(FINGERPRINT, options)).isNotEqualTo(first);
    }

    @Test
    void refusedTextIsTextThatNoAttemptGot() throws IOException {
        String limits = "{name: limits, type: token-bucket, config: {limits: "
                + "[{name: day, measure: requests, capacity: 4, refill: 4/1d}]}}";
        JsonNode report = play(limits, "--scenario", "rows", "--days", "2", "--honest", "40", "--scale", "0.1");
        assertThat(report.at("/play/refusals").asLong()).isGreaterThan(500);
        double refused = report.at("/overall/byTokens/shares/refused").asDouble();
        assertThat(refused).isBetween(0.6, 0.95);
        assertThat(report.at("/play/campaigns/alibaba/price").asDouble()).isGreaterThan(0);
        assertThat(report.at("/honest/refusedForStanding").asInt()).isZero();
    }

    @Test
    void logPlaysAsTheGeneratorDoesWithoutRefusals() throws IOException {
        String[] traffic = {"--scenario", "rows", "--days", "2", "--honest", "40", "--scale", "0.1", "--seed", "3"};
        JsonNode generated = play(FINGERPRINT, traffic);
        List<String> generate = new ArrayList<>(List.of("generate", "--out", directory.toString(), "--name", "log"));
        generate.addAll(List.of(traffic));
        generate.addAll(List.of("--facts", "yes"));
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        assertThat(CampaignCommand.run(generate.toArray(String[]::new), nowhere, nowhere))
                .isZero();
        JsonNode logged = play(
                FINGERPRINT,
                "--log",
                directory.resolve("log.jsonl.gz").toString(),
                "--accounts",
                directory.resolve("log.accounts.yaml").toString());
        assertThat(logged.get("labels")).isEqualTo(generated.get("labels"));
        assertThat(logged.get("standings")).isEqualTo(generated.get("standings"));
        assertThat(logged.at("/play/campaigns")).isEqualTo(generated.at("/play/campaigns"));
    }

    @Test
    void invalidOptionsAreReported() {
        assertThatThrownBy(() -> PlayOptions.parse(new String[] {}, 0)).hasMessage("--policy is needed");
        assertThatThrownBy(() -> play("{name: x, type: nothing}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no filter type \"nothing\"");
        assertThatThrownBy(() -> play(FINGERPRINT, "--errors", "2")).hasMessageStartingWith("--errors: expected 0");
        assertThatThrownBy(() -> play(FINGERPRINT, "--reviews", "-1")).hasMessageStartingWith("--reviews: expected 0");
    }
}
