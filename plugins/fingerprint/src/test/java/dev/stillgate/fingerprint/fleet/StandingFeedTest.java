package dev.stillgate.fingerprint.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.Pins;
import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.budget.PoolBudget;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.testkit.FakeFleet;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standings by evidence in a fleet whose gateways restart with different disks. */
final class StandingFeedTest {
    private final FakeTicker ticker = new FakeTicker();
    private FakeFleet fleet = new FakeFleet(ticker);
    private final OrderBook book = new OrderBook(account -> "hash of " + account);
    private final List<Node> nodes = new ArrayList<>();

    private final class Node {
        private static final Map<String, PoolBudget> BUDGETS = Map.of("", new PoolBudget(1200, 5));

        private final FakeFleet.Member member = fleet.join();
        private final Analyst analyst =
                new Analyst(Seen.settings(1000), new MemoryOrders(book, "behaviour", ticker::millis));
        private final StandingFeed feed = new StandingFeed(member.feed("t"), member, "analyst", ticker);

        private Node(byte @Nullable [] disk) {
            if (disk != null) {
                try {
                    StandingSnapshot.Content content = StandingSnapshot.read(disk);
                    analyst.adopt(content.standings());
                    analyst.budgets().adopt(content.budgets());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            member.feed("t").subscribe(feed::receive);
            nodes.add(this);
        }

        private void find(String name, int count) {
            List<String> members = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                members.add(name + "-" + i);
            }
            String cluster =
                    analyst.clusters().take(new Link(LinkKind.FACT, name, count, 9, 3), members, ticker.millis()).id;
            members.forEach(member ->
                    analyst.ladder().climb(member, Standing.MARKED, 8, List.of(name), cluster, ticker.millis()));
        }

        /** Observes an account with five requests on each of three days before its verification. */
        private void verify(String account) {
            for (int request = 0; request < 16; request++) {
                Observation seen = Seen.at(
                        account, Seen.START + request / 5 * Duration.ofDays(1).toMillis());
                seen.verified = request == 15;
                analyst.observe(seen);
            }
        }

        private byte[] disk() {
            return StandingSnapshot.of(analyst);
        }

        /** Returns the number of marked accounts by the first link of their cluster. */
        private Map<String, Integer> known() {
            Map<String, Integer> known = new TreeMap<>();
            analyst.ladder().all().forEach((account, entry) -> {
                if (entry.earned == Standing.MARKED && entry.cluster != null) {
                    String link = analyst.clusters()
                            .find(entry.cluster)
                            .links
                            .firstEntry()
                            .getKey();
                    known.merge(link, 1, Integer::sum);
                }
            });
            return known;
        }
    }

    private void turns(int seconds) {
        for (int i = 0; i < seconds; i++) {
            ticker.advance(Duration.ofSeconds(1));
            nodes.forEach(node -> node.feed.tend(node.analyst, ticker.millis()));
        }
    }

    @ParameterizedTest(name = "disk {0} leads")
    @ValueSource(ints = {0, 1, 2})
    void restartWithAnEmptyAndAnOldDiskLosesNoStanding(int leader) {
        Node one = new Node(null);
        new Node(null);
        turns(12);
        one.find("old", 40);
        turns(10);
        byte[] old = nodes.getLast().disk();
        ticker.advance(Duration.ofDays(7));
        one.find("new", 60);
        turns(10);
        byte[] fresh = nodes.getLast().disk();
        nodes.clear();
        fleet = new FakeFleet(ticker);
        List<byte @Nullable []> disks = new ArrayList<>();
        disks.add(null);
        disks.add(old);
        disks.add(fresh);
        new Node(disks.remove(leader));
        disks.forEach(Node::new);
        turns(60);
        assertThat(nodes).extracting(Node::known).containsOnly(Map.of("old", 40, "new", 60));
        assertThat(nodes).extracting(node -> node.feed.refused()).containsOnly(0L);
    }

    @Test
    void gatewayWithTheOnlyGoodDiskMayStartLate() {
        Node one = new Node(null);
        turns(12);
        one.find("old", 40);
        byte[] disk = one.disk();
        nodes.clear();
        fleet = new FakeFleet(ticker);
        new Node(null);
        new Node(null);
        turns(600);
        new Node(disk);
        turns(40);
        assertThat(nodes).extracting(Node::known).containsOnly(Map.of("old", 40));
    }

    @Test
    void newLeaderWithoutEvidenceClearsNoOther() {
        Node one = new Node(null);
        Node two = new Node(null);
        turns(12);
        one.find("found", 40);
        turns(10);
        assertThat(two.known()).isEqualTo(Map.of("found", 40));
        fleet.retire(one.member);
        fleet.retire(two.member);
        Node late = new Node(null);
        ticker.advance(Duration.ofSeconds(1));
        late.feed.tend(late.analyst, ticker.millis());
        for (int i = 0; i < 40; i++) {
            turns(1);
            assertThat(two.known()).isEqualTo(Map.of("found", 40));
        }
        assertThat(nodes).extracting(Node::known).containsOnly(Map.of("found", 40));
    }

    @Test
    void whatTheLeaderClearsIsClearedEverywhere() {
        Node one = new Node(null);
        Node two = new Node(null);
        turns(12);
        one.find("found", 40);
        turns(30);
        one.analyst.ladder().clearEarned("found-7", ticker.millis());
        one.analyst.ladder().forget("found-8");
        turns(10);
        assertThat(two.known()).isEqualTo(Map.of("found", 38));
        fleet.retire(one.member);
        turns(60);
        assertThat(nodes).extracting(Node::known).containsOnly(Map.of("found", 38));
    }

    @Test
    void differentClustersOfOneIdStayApart() {
        Node one = new Node(null);
        turns(12);
        one.find("first", 40);
        byte[] disk = one.disk();
        nodes.clear();
        fleet = new FakeFleet(ticker);
        Node leader = new Node(null);
        turns(12);
        leader.find("second", 30);
        new Node(disk);
        turns(60);
        assertThat(nodes).extracting(Node::known).containsOnly(Map.of("first", 40, "second", 30));
        assertThat(leader.analyst.clusters().all()).hasSize(2);
    }

    @Test
    void expiredStandingsAreNotBroughtBack() {
        Node one = new Node(null);
        turns(12);
        one.find("old", 40);
        byte[] disk = one.disk();
        nodes.clear();
        fleet = new FakeFleet(ticker);
        ticker.advance(Seen.settings(1000).expireAfter().plusDays(1));
        new Node(null);
        new Node(disk);
        turns(60);
        assertThat(nodes.getFirst().known()).isEmpty();
        assertThat(nodes.getLast().known()).isEmpty();
    }

    @Test
    void snapshotFromBeforeAnErasureBringsNoAccountBack() {
        Node one = new Node(null);
        turns(12);
        one.find("old", 40);
        byte[] disk = one.disk();
        nodes.clear();
        fleet = new FakeFleet(ticker);
        ticker.advance(Duration.ofHours(1));
        Pins.erase(book, "old-7", ticker::millis);
        new Node(null);
        new Node(disk);
        turns(60);
        assertThat(nodes).extracting(Node::known).containsOnly(Map.of("old", 39));
        assertThat(nodes.getFirst().analyst.clusters().all())
                .allSatisfy(cluster -> assertThat(cluster.accounts).doesNotContain("old-7"));
    }

    @Test
    void daysBehindBudgetsOfPoolsOutliveEachDisk() {
        Node one = new Node(null);
        for (int account = 0; account < 400; account++) {
            one.verify("a-" + account);
        }
        new Node(null);
        turns(20);
        assertThat(nodes).extracting(node -> node.analyst.budgets().all()).containsOnly(Node.BUDGETS);
        byte[] disk = one.disk();
        nodes.clear();
        fleet = new FakeFleet(ticker);
        new Node(null);
        new Node(disk);
        turns(60);
        assertThat(nodes).extracting(node -> node.analyst.budgets().all()).containsOnly(Node.BUDGETS);
    }

    @Test
    void gatewaysThatKnowTheSameSendItOnce() {
        Node one = new Node(null);
        turns(12);
        one.find("old", 40);
        byte[] disk = one.disk();
        nodes.clear();
        fleet = new FakeFleet(ticker);
        List<byte[]> contributions = new ArrayList<>();
        fleet.join().feed("t").subscribe((from, bytes) -> {
            if (bytes[1] == FleetMessages.CONTRIBUTION) {
                contributions.add(bytes);
            }
        });
        new Node(null);
        for (int i = 0; i < 8; i++) {
            new Node(disk);
        }
        turns(60);
        assertThat(contributions.size()).isBetween(1, 8);
        assertThat(nodes).extracting(Node::known).containsOnly(Map.of("old", 40));
        int sent = contributions.size();
        turns(300);
        assertThat(contributions).as("none once the leader knows it").hasSize(sent);
    }
}
