package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.campaign.SimulatedOperator.Rules;
import dev.stillgate.loadtests.campaign.traffic.ApiResponse;
import dev.stillgate.loadtests.campaign.traffic.Location;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.traffic.World;
import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Judgements of the simulated operator. Accounts whose ids begin with {@code c} belong to campaigns. */
final class SimulatedOperatorTest {
    private static final World WORLD = new World(new Dice(1), World.DEFAULT_START, 20);
    private static final long MORNING = World.DEFAULT_START + 9 * 3_600_000L;

    private final Map<ReviewItem, List<String>> queue = new LinkedHashMap<>();
    private final List<String> actions = new ArrayList<>();
    private final List<Integer> exceptions = new ArrayList<>();

    private final ReviewDesk desk = new ReviewDesk() {
        @Override
        public List<ReviewItem> queue(int limit) {
            return queue.keySet().stream().limit(limit).toList();
        }

        @Override
        public Map<String, List<String>> groups() {
            return Map.of();
        }

        @Override
        public List<String> accounts(ReviewItem item) {
            return queue.getOrDefault(item, List.of());
        }

        @Override
        public void confirm(ReviewItem item, List<String> except, Rules rules) {
            actions.add("confirm " + item.id());
            exceptions.add(except.size());
            assertThat(except).noneMatch(SimulatedOperatorTest::harvests);
        }

        @Override
        public void refute(ReviewItem group) {
            actions.add("refute " + group.id());
        }

        @Override
        public void vouch(String account) {
            actions.add("vouch " + account);
        }
    };

    private static boolean harvests(String account) {
        return account.startsWith("c");
    }

    private SimulatedOperator operator(int reviews, double errors) {
        return new SimulatedOperator(
                desk,
                SimulatedOperatorTest::harvests,
                new Rules(reviews, errors, false, SimulatedOperator.NO_ORDER, 1),
                WORLD);
    }

    private void add(String kind, String id, long revision, String... accounts) {
        queue.put(new ReviewItem(kind, id, revision), List.of(accounts));
    }

    private static void work(SimulatedOperator operator) {
        operator.send(exchange -> ApiResponse.SERVED);
    }

    @Test
    void guiltyIsConfirmedAndInnocentIsAcquitted() {
        add("cluster", "k1", 1, "c1", "c2", "c3");
        add("cluster", "k2", 1, "h1", "h2", "c3", "c4");
        add("account", "c9", 0, "c9");
        add("account", "h9", 0, "h9");
        SimulatedOperator operator = operator(10, 0);
        work(operator);
        assertThat(actions).containsExactly("confirm k1", "refute k2", "confirm c9", "vouch h9");
        assertThat(exceptions).containsExactly(0, 0);
        assertThat(operator.judgements().rightlyConfirmed()).isEqualTo(2);
        assertThat(operator.judgements().rightlyAcquitted()).isEqualTo(2);
    }

    @Test
    void errorsTurnTheJudgementRound() {
        add("cluster", "k1", 1, "c1", "c2", "h1");
        add("cluster", "k2", 1, "h1", "h2");
        add("account", "h9", 0, "h9");
        SimulatedOperator operator = operator(10, 1);
        work(operator);
        assertThat(actions).containsExactly("refute k1", "confirm k2", "confirm h9");
        assertThat(exceptions).as("wrong confirmations have no exceptions").containsExactly(0, 0);
        assertThat(operator.judgements().wronglyConfirmed()).isEqualTo(2);
        assertThat(operator.mistook("k2")).isTrue();
        assertThat(operator.mistook("k1")).as("acquitted").isFalse();
        assertThat(operator.judgements().wronglyAcquitted()).isEqualTo(1);
    }

    @Test
    void mostHonestMembersOfAGuiltyGroupAreNoticed() {
        List<String> members = new ArrayList<>();
        IntStream.range(0, 1_000).forEach(i -> members.add("h" + i));
        IntStream.range(0, 1_100).forEach(i -> members.add("c" + i));
        queue.put(new ReviewItem("cluster", "k1", 1), members);
        work(operator(1, 0));
        assertThat(exceptions.getFirst()).isBetween(925, 975);
    }

    @Test
    void dayHasANumberOfReviews() {
        IntStream.range(0, 25).forEach(i -> add("account", "c" + i, 0, "c" + i));
        SimulatedOperator operator = operator(10, 0);
        assertThat(operator.due()).isEqualTo(MORNING);
        work(operator);
        assertThat(actions).hasSize(10);
        assertThat(operator.due()).isEqualTo(MORNING + Location.DAY);
        work(operator);
        work(operator);
        assertThat(actions).hasSize(25).doesNotHaveDuplicates();
    }

    @Test
    void groupIsSeenAgainWhenItHasChanged() {
        add("cluster", "k1", 1, "c1", "c2");
        SimulatedOperator operator = operator(10, 0);
        work(operator);
        work(operator);
        assertThat(actions).hasSize(1);
        queue.clear();
        add("cluster", "k1", 2, "c1", "c2", "c3");
        work(operator);
        assertThat(actions).hasSize(2);
    }

    @Test
    void errorsAreAsFrequentAsGivenAndTheSameEachTime() {
        IntStream.range(0, 1_000).forEach(i -> add("account", "c" + i, 0, "c" + i));
        SimulatedOperator operator = operator(1_000, 0.05);
        work(operator);
        assertThat(operator.judgements().wronglyAcquitted()).isBetween(30, 70);
        List<String> first = List.copyOf(actions);
        actions.clear();
        work(operator(1_000, 0.05));
        assertThat(actions).isEqualTo(first);
    }

    @Test
    void noReviewsMeansNoOperator() {
        assertThat(operator(0, 0).due()).isEqualTo(Source.NEVER);
    }
}
