package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.campaign.traffic.CampaignPlan;
import dev.stillgate.loadtests.campaign.traffic.Evasion;
import dev.stillgate.loadtests.campaign.traffic.Scenario;
import dev.stillgate.loadtests.campaign.traffic.SimulatedExchange;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import dev.stillgate.loadtests.campaign.traffic.Work;
import dev.stillgate.loadtests.campaign.traffic.World;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Statistics of the generated traffic: rates, burstiness and distribution among accounts. */
@Tag("slow")
final class ShapeTest {
    private static final long HOUR = 3_600_000;

    private static Simulation campaign(CampaignPlan plan) {
        return Log.simulation(3, 10, 0, List.of(plan.from(0)));
    }

    /** Returns the reduced chi-square of daily counts: 1 for random accounts, near 0 for a load balancer. */
    private static double unevenness(Map<String, int[]> daily) {
        double chi = 0;
        for (int day = 1; day < 10; day++) { // accounts begin on the first day
            int today = day;
            double mean = daily.values().stream()
                    .mapToInt(counts -> counts[today])
                    .average()
                    .orElse(0);
            for (int[] counts : daily.values()) {
                chi += (counts[day] - mean) * (counts[day] - mean) / mean;
            }
        }
        return chi / (9 * (daily.size() - 1));
    }

    @Test
    void publishedCampaignsHaveTheirRatePerAccount() {
        for (CampaignPlan plan : Scenario.named("rows").campaigns()) {
            Map<String, int[]> daily = Log.daily(campaign(plan), "campaign:" + plan.name());
            assertThat(daily).hasSize(plan.accounts());
            double perDay = daily.values().stream()
                    .mapToDouble(
                            counts -> Arrays.stream(counts).skip(1).average().orElse(0))
                    .average()
                    .orElse(0);
            assertThat(perDay).as(plan.name()).isCloseTo(plan.perDay(), within(plan.perDay() * 0.06));
        }
    }

    @Test
    void balancerIsMoreEvenThanRandomAccounts() {
        CampaignPlan plan = CampaignPlan.of("x", 40, 20, Work.GRADING);
        assertThat(unevenness(Log.daily(campaign(plan), "campaign:x"))).isLessThan(0.16);
        assertThat(unevenness(Log.daily(campaign(plan.hiding(Evasion.RANDOM)), "campaign:x")))
                .isBetween(0.8, 1.25);
    }

    @Test
    void honestCustomersAreOverdispersed() {
        Map<String, int[]> daily = Log.daily(Log.simulation(3, 10, 400, List.of()), "honest:");
        long busy = 0;
        long overdispersed = 0;
        for (int[] counts : daily.values()) {
            double mean = Arrays.stream(counts).average().orElse(0);
            double variance = Arrays.stream(counts)
                            .mapToDouble(n -> (n - mean) * (n - mean))
                            .sum()
                    / 9;
            if (mean >= 1) {
                busy++;
                overdispersed += variance > 1.3 * mean ? 1 : 0;
            }
        }
        assertThat(busy).isGreaterThan(80);
        assertThat(overdispersed).isGreaterThan(busy * 8 / 10);
        double[] totals = daily.values().stream()
                .mapToDouble(counts -> Arrays.stream(counts).sum())
                .sorted()
                .toArray();
        assertThat(totals[totals.length - 1]).isGreaterThan(20 * totals[totals.length / 2]);
    }

    @Test
    void responsesWorkSendsEachPromptFourTimes() {
        Map<String, Set<Long>> times = new HashMap<>();
        Map<String, Integer> asked = new HashMap<>();
        for (JsonNode line : Log.lines(campaign(CampaignPlan.of("x", 12, 8, Work.RESPONSES)))) {
            JsonNode request = line.path("request");
            String prompt = request.path("messages").toString() + request.path("input");
            times.computeIfAbsent(prompt, key -> new HashSet<>())
                    .add(line.path("ts").asLong());
            asked.merge(prompt, 1, Integer::sum);
        }
        assertThat(asked).hasSizeGreaterThan(100);
        assertThat(asked.values().stream().filter(count -> count == 4).count()).isGreaterThan(asked.size() * 95L / 100);
        assertThat(times.values())
                .allMatch(at -> at.stream().max(Long::compare).orElseThrow()
                                - at.stream().min(Long::compare).orElseThrow()
                        < 1000);
    }

    @Test
    void conversationsMoveBetweenAccountsUnlessPinned() {
        CampaignPlan plan = CampaignPlan.of("x", 10, 30, Work.TOOLS);
        assertThat(movedTurns(campaign(plan))).isGreaterThan(1000);
        assertThat(movedTurns(campaign(plan.hiding(Evasion.PINNED)))).isZero();
    }

    /** Counts turns whose previous turn was sent by another account. */
    private static int movedTurns(Simulation simulation) {
        Map<ModelConversation, String> owner = new IdentityHashMap<>();
        int[] foreign = {0};
        simulation.play(exchange -> {
            String account = exchange.account().id();
            String before = owner.put(exchange.conversation(), account);
            foreign[0] += before == null || before.equals(account) ? 0 : 1;
        });
        return foreign[0];
    }

    /** Returns the account of each exchange in order. */
    private static List<String> accounts(Simulation simulation) {
        List<String> accounts = new ArrayList<>();
        simulation.play(exchange -> accounts.add(exchange.account().id()));
        return accounts;
    }

    private static double shareOfRepetitions(List<String> accounts) {
        int same = 0;
        for (int i = 1; i < accounts.size(); i++) {
            same += accounts.get(i).equals(accounts.get(i - 1)) ? 1 : 0;
        }
        return same / (double) (accounts.size() - 1);
    }

    @Test
    void sessionsUseOneAccountPerBlockAtTheSameRate() {
        CampaignPlan plan = CampaignPlan.of("x", 40, 15, Work.GRADING).hiding(Evasion.SESSIONS);
        List<String> accounts = accounts(campaign(plan));
        assertThat(accounts.size()).isBetween(5400, 6600);
        assertThat(shareOfRepetitions(accounts)).isBetween(0.9, 0.98);
        assertThat(accounts.stream().distinct()).hasSize(40);
    }

    @Test
    void accountsWithOwnTimesOverlap() {
        CampaignPlan plan = CampaignPlan.of("x", 40, 15, Work.GRADING).hiding(Evasion.OWN_TIMES);
        List<String> accounts = accounts(campaign(plan));
        assertThat(accounts.size()).isBetween(4500, 7500);
        assertThat(shareOfRepetitions(accounts)).isBetween(0.5, 0.9);
    }

    @Test
    void churnReplacesAccountsAndSharesCanBeUneven() {
        assertThat(accounts(campaign(CampaignPlan.of("x", 20, 15, Work.GRADING).hiding(Evasion.CHURN))).stream()
                        .distinct()
                        .count())
                .isBetween(45L, 90L);
        Map<String, Long> shares =
                accounts(campaign(CampaignPlan.of("x", 40, 15, Work.GRADING).hiding(Evasion.UNEVEN))).stream()
                        .collect(Collectors.groupingBy(account -> account, Collectors.counting()));
        assertThat(Collections.max(shares.values())).isGreaterThan(8 * Collections.min(shares.values()));
    }

    @Test
    void relayDealsTheLeastRecentlyUsedAccountToEachBlockOfStarts() {
        Set<List<Object>> clients = new HashSet<>();
        Map<ModelConversation, Long> begun = new IdentityHashMap<>();
        List<SimulatedExchange> starts = new ArrayList<>();
        int[] pinned = {0, 0};
        CampaignPlan plan = CampaignPlan.of("x", 20, 30, Work.TOOLS).hiding(Evasion.RELAYED);
        Map<ModelConversation, String> last = new IdentityHashMap<>();
        campaign(plan).play(exchange -> {
            String account = exchange.account().id();
            ModelConversation conversation = exchange.conversation();
            clients.add(List.of(
                    exchange.account().client().ja4(),
                    exchange.account().client().json().toString()));
            String before = last.put(conversation, account);
            if (before == null) {
                starts.add(exchange);
                begun.put(conversation, exchange.time());
            } else {
                boolean isWithin = exchange.time() - begun.getOrDefault(conversation, 0L) < HOUR;
                pinned[0] += isWithin && !account.equals(before) ? 1 : 0;
                pinned[1] += isWithin ? 1 : 0;
            }
        });
        assertThat(clients).as("one client for all accounts").hasSize(1);
        assertThat(pinned[1]).as("turns within an hour").isGreaterThan(1_000);
        assertThat(pinned[0]).as("of them at another account").isZero();
        int blocks = 1;
        for (int i = 1; i < starts.size(); i++) {
            boolean isTogether = starts.get(i).time() - starts.get(i - 1).time() < 1_000;
            boolean isSame = starts.get(i).account().equals(starts.get(i - 1).account());
            blocks += isTogether ? 0 : 1;
            assertThat(isTogether && !isSame).isFalse();
        }
        assertThat(blocks).as("starts come in blocks").isLessThan(starts.size() * 3 / 4);
    }

    @Test
    void peopleOfARelayAreSpreadOverItsAccounts() {
        Map<String, Set<String>> accounts = new HashMap<>();
        for (JsonNode line :
                Log.lines(campaign(CampaignPlan.of("x", 20, 20, Work.GRADING).hiding(Evasion.RELAYED)))) {
            JsonNode request = line.path("request");
            String person = request.at("/metadata/user_id").asText()
                    + request.path("user").asText()
                    + request.path("safety_identifier").asText();
            assertThat(person).matches("[0-9a-f]{32}");
            accounts.computeIfAbsent(person, key -> new HashSet<>())
                    .add(line.path("account").asText());
        }
        assertThat(accounts).hasSizeBetween(25, 30);
        assertThat(accounts.values()).allMatch(of -> of.size() > 1).anyMatch(of -> of.size() > 10);
        for (JsonNode line : Log.lines(campaign(CampaignPlan.of("x", 2, 5, Work.GRADING)))) {
            assertThat(line.path("request").has("metadata")).isFalse();
            assertThat(line.path("request").has("user")).isFalse();
            assertThat(line.path("request").has("safety_identifier")).isFalse();
        }
    }

    @Test
    void modelJumpMovesHalfOfTheTrafficWithinADay() {
        Simulation simulation = campaign(CampaignPlan.of("x", 20, 60, Work.BARE).hiding(Evasion.MODEL_JUMP));
        long release = simulation.world().release();
        int[] seen = {0, 0};
        simulation.play(exchange -> {
            boolean moved = exchange.sampling().model().equals(World.NEW_MODEL);
            assertThat(moved && exchange.time() < release).isFalse();
            if (exchange.time() > release + Log.DAY && exchange.time() < release + 2 * Log.DAY) {
                seen[moved ? 1 : 0]++;
            }
        });
        assertThat(seen[1] / (double) (seen[0] + seen[1])).isBetween(0.45, 0.68);
    }
}
