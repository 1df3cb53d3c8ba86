package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.loadtests.campaign.attack.BlockedAccounts;
import dev.stillgate.loadtests.campaign.attack.Evasion;
import dev.stillgate.loadtests.campaign.attack.Plan;
import dev.stillgate.loadtests.campaign.attack.Work;
import dev.stillgate.loadtests.campaign.client.Account;
import dev.stillgate.loadtests.campaign.scenario.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
final class ReplacementTest {
    private static final List<Plan> PLANS = List.of(
            Plan.of("x", 10, 24, Work.GRADING).from(0),
            Plan.of("y", 5, 24, Work.BARE).hiding(Evasion.COVER).from(0));

    private static Simulation simulation(BlockedAccounts blocked) {
        return Log.simulation(9, 6, 20, PLANS, blocked);
    }

    @Test
    void blockedAccountIsReplacedWithinADay() {
        Simulation before = simulation(BlockedAccounts.NONE);
        List<JsonNode> first = Log.lines(before);
        JsonNode victim = first.stream()
                .filter(line -> line.path("label").asText().startsWith("campaign:"))
                .findFirst()
                .orElseThrow();
        String blocked = victim.path("account").asText();
        long at = before.world().start() + 2 * Log.DAY;

        Simulation after = simulation(new BlockedAccounts(Map.of(blocked, at)));
        List<JsonNode> second = Log.lines(after);

        assertThat(upTo(second, at)).isEqualTo(upTo(first, at));
        assertThat(second.stream().filter(line -> line.path("account").asText().equals(blocked)))
                .isNotEmpty()
                .allMatch(line -> line.path("ts").asLong() < at + Log.DAY / 4);
        Set<String> old = before.accounts().stream().map(Account::id).collect(Collectors.toSet());
        List<JsonNode> replacement = second.stream()
                .filter(line -> !old.contains(line.path("account").asText()))
                .toList();
        assertThat(replacement).isNotEmpty();
        assertThat(replacement.stream()
                        .map(line -> line.path("account").asText())
                        .distinct())
                .hasSize(1);
        assertThat(replacement.getFirst().path("ts").asLong()).isBetween(at, at + Log.DAY + Log.DAY / 2);
    }

    private static List<String> upTo(List<JsonNode> lines, long time) {
        return lines.stream()
                .filter(line -> line.path("ts").asLong() < time)
                .map(Object::toString)
                .toList();
    }

    @Test
    void reportGivesTheTimesOfAStanding(@TempDir Path directory) throws IOException {
        Path report = Files.writeString(directory.resolve("report.json"), """
                {"standings":[
                  {"account":"a-1","changes":[{"ts":5,"standing":"marked"},{"ts":9,"standing":"blocked"},{"ts":11,"standing":"blocked"}]},
                  {"account":"a-2","changes":[{"ts":7,"standing":"pooled"},{"ts":8,"standing":"clear"}]}]}
                """);
        assertThat(BlockedReport.read(report, "blocked").since()).isEqualTo(Map.of("a-1", 9L));
        assertThat(BlockedReport.read(report, "pooled").since()).isEqualTo(Map.of("a-1", 9L, "a-2", 7L));
        assertThat(BlockedReport.read(report, "marked").since()).isEqualTo(Map.of("a-1", 5L, "a-2", 7L));
    }
}
