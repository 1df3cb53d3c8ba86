package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.loadtests.campaign.traffic.HonestPopulation;
import dev.stillgate.loadtests.campaign.traffic.Scenario;
import dev.stillgate.loadtests.campaign.traffic.SimulatedAccount;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class LogFormatTest {
    private static final Pattern ISSUED =
            Pattern.compile("\"(?:toolu_01\\w{22}|call_\\w{24}|resp_\\w{48}|msg_\\w{48})\"");
    private static final List<String> FIELDS = List.of(
            "ts",
            "account",
            "end",
            "connection",
            "http",
            "ip",
            "ja4",
            "headers",
            "path",
            "request",
            "status",
            "response",
            "label");

    private static final Simulation SIMULATION =
            Log.simulation(5, 3, 250, Scenario.named("default").campaigns());
    private static final List<JsonNode> LINES = Log.lines(SIMULATION);

    @Test
    void linesHaveAllFieldsAndAreInOrderOfTime() {
        long last = 0;
        for (JsonNode line : LINES) {
            assertThat(line.fieldNames()).toIterable().containsExactlyElementsOf(FIELDS);
            assertThat(line.path("ts").asLong()).isGreaterThanOrEqualTo(last);
            assertThat(line.path("end").asLong())
                    .isGreaterThanOrEqualTo(line.path("ts").asLong());
            last = line.path("ts").asLong();
            assertThat(line.path("headers").get(0)).hasSize(2);
            assertThat(line.path("request").path("model").asText()).startsWith("atlas");
        }
        assertThat(last)
                .isBetween(
                        SIMULATION.world().end() - Log.DAY, SIMULATION.world().end());
    }

    @Test
    void labelsNameHonestGroupsCampaignsAndCover() {
        Set<String> labels =
                LINES.stream().map(line -> line.path("label").asText()).collect(Collectors.toSet());
        Set<String> expected = new HashSet<>();
        HonestPopulation.groups().forEach(group -> expected.add("honest:" + group));
        Scenario.named("default").campaigns().forEach(plan -> expected.add("campaign:" + plan.name()));
        expected.add("campaign:seeds/cover");
        assertThat(labels).containsAll(expected);
        assertThat(labels).allMatch(label -> label.matches("honest:[a-z-]+|campaign:[a-z]+(/cover)?"));
    }

    @Test
    void accountsAreListedWithRandomIds() {
        Set<String> listed =
                SIMULATION.accounts().stream().map(SimulatedAccount::id).collect(Collectors.toSet());
        assertThat(listed).hasSameSizeAs(SIMULATION.accounts()).allMatch(id -> id.matches("a-[0-9a-f]{12}"));
        assertThat(LINES).allMatch(line -> listed.contains(line.path("account").asText()));
        assertThat(SIMULATION.accounts().stream().map(account -> account.line()))
                .allMatch(
                        entry -> entry.matches(
                                "  - \\{id: a-\\w+, keys: \\[], (organisation: org-\\w+, )?tier: standard, verified: \\w+, created: 20\\d\\d-\\d\\d-\\d\\d}\n"));
    }

    @Test
    void idsInRequestsWereIssuedInEarlierResponses() {
        Set<String> issued = new HashSet<>();
        int returned = 0;
        for (JsonNode line : LINES) {
            Matcher matcher = ISSUED.matcher(line.path("request").toString());
            while (matcher.find()) {
                assertThat(issued.contains(matcher.group())).as(matcher.group()).isTrue();
                returned++;
            }
            Matcher answered = ISSUED.matcher(line.path("response").toString());
            while (answered.find()) {
                issued.add(answered.group());
            }
        }
        assertThat(returned).isGreaterThan(1000);
    }

    @Test
    void responseIdsAreUnique() {
        Map<String, Integer> ids = new HashMap<>();
        for (JsonNode line : LINES) {
            if (line.path("status").asInt() == 200) {
                ids.merge(line.path("response").path("id").asText(), 1, Integer::sum);
            }
        }
        assertThat(ids.values()).hasSizeGreaterThan(1000).containsOnly(1);
    }

    @Test
    void proseResponsesHaveAtLeastSixtyWords() {
        List<Integer> words = LINES.stream()
                .filter(line -> line.path("label").asText().equals("honest:vpn"))
                .map(line -> line.path("response"))
                .map(response -> response.path("content").path(0).path("text").asText()
                        + response.path("choices")
                                .path(0)
                                .path("message")
                                .path("content")
                                .asText())
                .filter(text -> !text.isEmpty()
                        && !text.contains("```")
                        && !text.contains("nswer:")
                        && !text.contains("Result"))
                .map(text -> text.split("\\s+", -1).length)
                .toList();
        assertThat(words).isNotEmpty().allMatch(count -> count >= 60);
    }
}
