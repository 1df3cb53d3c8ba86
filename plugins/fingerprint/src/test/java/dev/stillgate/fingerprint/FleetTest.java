package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.fleet.FleetMember;
import dev.stillgate.fingerprint.report.Decision;
import dev.stillgate.fingerprint.report.OperatorActions;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.testkit.FakeContext;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeFleet;
import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Fleet of three gateways: a cluster spread over them is found as one, and survives the loss of the leader. */
@Tag("slow")
final class FleetTest {
    private static final AnalysisSettings SETTINGS = Policies.DEFAULT.settings();
    private final FakeTicker ticker = new FakeTicker();
    private final FakeFleet fleet = new FakeFleet(ticker);
    private final OrderBook book = new OrderBook(account -> "hash of " + account);
    private final List<Node> nodes = new ArrayList<>(List.of(new Node(), new Node(), new Node()));

    private final class Node {
        private final FakeFleet.Member member = fleet.join();
        private final FakeContext context =
                new FakeContext("behaviour", ticker).in(member).ordersIn(book);
        private final FingerprintState state = FingerprintState.open(context, 65_536, SETTINGS);

        private void apply(Function<OperatorActions, Decision> action) {
            state.apply(action, context.publisher());
        }

        private void analyse() {
            state.analyse(SETTINGS, ticker.millis(), context.publisher());
        }

        private int hidden() {
            return state.report(reports -> ((List<?>) reports.review(10).get("hidden")).size());
        }

        private Standing of(String account) {
            return context.standings().of(FakeExchange.listed(account));
        }

        private long countDealtWithStanding() {
            long count = 0;
            for (int a = 0; a < Crowd.DEALT; a++) {
                count += of("dealt-" + a).reaches(Standing.MARKED) ? 1 : 0;
            }
            return count;
        }
    }

    private void turns(int seconds) {
        for (int k = 0; k < seconds; k++) {
            ticker.advance(Duration.ofSeconds(1));
            nodes.forEach(Node::analyse);
        }
    }

    /** Offers each exchange at its time, to the gateways in turn. */
    private void offerInTurn(List<Observation> crowd) {
        int next = 0;
        for (Observation seen : crowd) {
            while (seen.start > ticker.millis()) {
                ticker.advance(Duration.ofMinutes(10));
                nodes.forEach(Node::analyse);
            }
            nodes.get(next++ % nodes.size()).state.offer(seen);
        }
        ticker.advance(Duration.ofMinutes(10));
        turns(10);
    }

    @Test
    void clusterSpreadOverGatewaysIsFoundAndKnownToAll() {
        turns(12);
        offerInTurn(Crowd.of(ticker.millis(), 1));
        for (Node node : nodes) {
            assertThat(node.countDealtWithStanding()).isGreaterThan(Crowd.DEALT / 2);
            assertThat(node.of("person-1")).isEqualTo(Standing.CLEAR);
            assertThat(node.context.gauge("stillgate.fingerprint.fleet.refused"))
                    .isZero();
            assertThat(node.state.figures().accounts()).isEqualTo(200);
            assertThat(node.countDealtWithStanding()).isEqualTo(nodes.getFirst().countDealtWithStanding());
        }
        assertThat(nodes.get(1).state.figures().compared())
                .as("followers compare nothing")
                .isZero();

        fleet.retire(nodes.removeFirst().member);
        turns(30);
        for (Node node : nodes) {
            assertThat(node.countDealtWithStanding()).isGreaterThan(Crowd.DEALT / 2);
        }
        Node late = new Node();
        nodes.add(late);
        turns(20);
        assertThat(late.countDealtWithStanding()).as("gateway that joined late").isGreaterThan(Crowd.DEALT / 2);
        ticker.advance(Duration.ofMinutes(20));
        nodes.get(1).state.offer(Crowd.of(ticker.millis(), 2).getFirst());
        ticker.advance(Duration.ofHours(13));
        turns(2);
        assertThat(nodes.getFirst().state.figures().compared())
                .as("new leader compares")
                .isPositive();
    }

    @Test
    void pinReachesAllGatewaysAndSurvivesTheLeader() {
        turns(15);
        pin(nodes.get(1), "a", Standing.BLOCKED);
        turns(12);
        assertThat(nodes).allSatisfy(node -> assertThat(node.of("a")).isEqualTo(Standing.BLOCKED));
        assertThat(nodes)
                .extracting(node -> String.valueOf(
                        node.state.report(reports -> reports.account("a")).get("pinned")))
                .allMatch(pinned -> pinned.contains("by=ann, why=test"));
        fleet.retire(nodes.removeFirst().member);
        turns(12);
        assertThat(nodes).allSatisfy(node -> assertThat(node.of("a")).isEqualTo(Standing.BLOCKED));
        nodes.getLast().apply(operator -> operator.erase("a", Map.of()));
        Pins.erase(book, "a", ticker::millis);
        turns(12);
        assertThat(nodes).allSatisfy(node -> assertThat(node.of("a")).isEqualTo(Standing.CLEAR));
    }

    @Test
    void hiddenClusterIsHiddenOnAllGateways() {
        turns(12);
        offerInTurn(Crowd.of(ticker.millis(), 1));
        Node follower = nodes.get(1);
        List<Cluster> found = new ArrayList<>();
        follower.apply(operator -> {
            found.addAll(operator.analyst().clusters().all());
            return null;
        });
        Cluster cluster = found.getFirst();
        follower.apply(operator -> operator.hideCluster(
                cluster.id, Map.of("by", "ann", "why", "asked", "revision", cluster.revision(), "for", "30d")));
        assertThat(follower.hidden()).isEqualTo(1);
        turns(12);
        assertThat(nodes).extracting(Node::hidden).containsOnly(1);
        fleet.retire(nodes.removeFirst().member);
        turns(12);
        assertThat(nodes).as("under another leader").extracting(Node::hidden).containsOnly(1);
        nodes.getLast().apply(operator -> operator.unhideCluster(cluster.id, Map.of()));
        turns(12);
        assertThat(nodes).extracting(Node::hidden).containsOnly(0);
    }

    private void pin(Node node, String account, Standing standing) {
        node.apply(operator -> Pins.pin(operator, account, standing));
    }

    @Test
    void newLeaderWithoutASnapshotRequestsOne() {
        turns(15);
        nodes.getFirst().apply(operator -> {
            operator.analyst().ladder().climb("a", Standing.MARKED, 5, List.of(), "c1", ticker.millis());
            return null;
        });
        turns(6);
        Node late = new Node();
        nodes.forEach(node -> fleet.retire(node.member));
        late.analyse();
        assertThat(late.of("a")).isEqualTo(Standing.CLEAR);
        nodes.add(late);
        turns(12);
        assertThat(nodes).allSatisfy(node -> assertThat(node.of("a")).isEqualTo(Standing.MARKED));
    }

    @Test
    void gatewayWithoutStoreKeepsStandingsAndComparesOwnTraffic() {
        turns(15);
        pin(nodes.getFirst(), "a", Standing.MARKED);
        turns(6);
        fleet.lose(true);
        Node alone = nodes.get(2);
        List<Observation> crowd = Crowd.of(ticker.millis(), 1);
        for (Observation seen : crowd) {
            while (seen.start > ticker.millis()) {
                ticker.advance(Duration.ofMinutes(10));
                nodes.forEach(Node::analyse);
            }
            alone.state.offer(seen);
        }
        turns(1);
        assertThat(nodes).allSatisfy(node -> assertThat(node.of("a")).isEqualTo(Standing.MARKED));
        assertThat(alone.countDealtWithStanding()).isGreaterThan(Crowd.DEALT / 2);
        assertThat(nodes.get(1).countDealtWithStanding()).isZero();
        fleet.lose(false);
        turns(20);
        assertThat(nodes).allSatisfy(node -> {
            assertThat(node.of("a")).isEqualTo(Standing.MARKED);
            assertThat(node.countDealtWithStanding())
                    .as("found by the one that had the traffic")
                    .isGreaterThan(Crowd.DEALT / 2);
        });
    }

    @Test
    void unreadableMessagesAreCountedAndIgnored() {
        turns(15);
        for (String topic : List.of("fingerprint behaviour", "fingerprint behaviour standings")) {
            for (byte[] bytes : List.of(new byte[0], new byte[] {1}, new byte[] {9, 9, 9}, new byte[60_000])) {
                nodes.getFirst().member.feed(topic).publish(bytes);
            }
        }
        turns(1);
        assertThat(nodes.get(1).context.gauge("stillgate.fingerprint.fleet.refused"))
                .isEqualTo(8);
        assertThat(nodes.get(1).state.figures().accounts()).isZero();
    }

    @Test
    void filterNameBecomesARole() {
        assertThat(FleetMember.role("Behaviour_2.x")).isEqualTo("analyst-behaviour-2-x");
        assertThat(FleetMember.role("x".repeat(64))).hasSize(64).matches("[a-z][a-z0-9-]{0,63}");
    }
}
