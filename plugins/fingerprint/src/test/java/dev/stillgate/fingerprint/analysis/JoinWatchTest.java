package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.link.FactTable;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.report.Reports;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.JoinOutlook;
import dev.stillgate.fingerprint.standing.Joins;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.OrderDraft;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Newcomers that join a confirmed campaign, from traffic to orders and pages. */
class JoinWatchTest {
    private static final long DAY = 24 * Scene.HOUR;
    private static final int CUSTOMERS = 700;
    private static final int MEMBERS = 12;
    private static final long TEMPLATE = 901;
    private static final long CLIENT = 903;

    private final Scene scene = new Scene();
    private final Analyst analyst = scene.analyst;
    private final List<Analyst> gateways = new ArrayList<>(List.of(analyst));
    private Cluster cluster;

    /** Seven hundred verified customers with templates of their own, then a campaign of twelve accounts. */
    private void traffic() {
        gateways.forEach(
                each -> each.drawBy(new FeatureHasher("a key of 24 bytes or more".getBytes(StandardCharsets.UTF_8))));
        for (int k = 0; k < 8; k++) {
            for (int i = 0; i < CUSTOMERS; i++) {
                start("customer-" + i, k * Scene.HOUR, 1001 + 2 * i, 2001 + 2 * (i % 5), true);
            }
        }
        for (int k = 0; k < 8; k++) {
            for (int i = 0; i < MEMBERS; i++) {
                start(member(i), 5 * DAY + k * Scene.HOUR, TEMPLATE, CLIENT, false);
            }
        }
        tend(6 * DAY);
        List<String> members =
                IntStream.range(0, MEMBERS).mapToObj(JoinWatchTest::member).toList();
        cluster = analyst.clusters().take(new Link(LinkKind.FACT, "payment", MEMBERS, 3, 0.001), members, scene.now);
    }

    private static String member(int i) {
        return "worker-" + i;
    }

    private void start(String account, long after, long template, long client, boolean verified) {
        Observation seen = seen(account, after, template, client, verified);
        gateways.forEach(each -> each.observe(seen));
    }

    private static Observation seen(String account, long after, long template, long client, boolean verified) {
        Observation seen = Seen.prompt(account, Scene.BEGIN + after);
        seen.tier = "free";
        seen.verified = verified;
        seen.client = client << 40;
        seen.prompt.system = template << 40;
        return seen;
    }

    private void tend(long after) {
        scene.tend(Scene.BEGIN + after);
    }

    @Test
    void accountsOfOneDayAreToldApartByTheirFirstStart() {
        start("first", DAY, 1, 1, false);
        start("second", DAY + 60_000, 1, 1, false);
        JoinAccounts accounts = new JoinAccounts(analyst.table(), new FactTable(), analyst.ladder());
        assertThat(accounts.of(List.of("first", "second")))
                .extracting(account -> account.firstSeen() * 1000L - Scene.BEGIN)
                .containsExactly(DAY, DAY + 60_000);
    }

    /** Gives the standing order as the control plane does. */
    private void confirm(Joins joins) {
        scene.orders.give(JoinScene.standingOrder(scene, cluster, joins));
        tend(6 * DAY + 2 * 60_000);
    }

    private void newcomer(String account, int starts, long template, long client) {
        for (int k = 0; k < starts; k++) {
            start(account, 8 * DAY + k * 60_000L, template, client, false);
        }
    }

    @Test
    void replacementJoinsAndHonestNewcomersDoNot() {
        traffic();
        confirm(Joins.POOL);
        start("replacement", 8 * DAY, TEMPLATE, CLIENT, false);
        newcomer("other-template", 8, 1001, CLIENT);
        newcomer("other-client", 8, TEMPLATE, 2001);
        newcomer("other", 8, 1003, 2003);
        start("known", 8 * DAY, TEMPLATE, CLIENT, true);
        assertThat(analyst.joins().pending()).singleElement().satisfies(found -> {
            assertThat(found.account()).isEqualTo("replacement");
            assertThat(found.scores().start()).isEqualTo(1);
            assertThat(found.scores().score()).isGreaterThan(2);
            assertThat(found.scores().bound()).isBetween(1 / 420.0, 1 / 280.0);
            assertThat(found.scores().traits()).hasSize(5).anyMatch(trait -> trait.startsWith("system +"));
        });
        drafts().forEach(scene.orders::give);
        assertThat(drafts()).isEmpty();
        assertThat(analyst.ladder().orders().joins()).containsOnlyKeys("replacement");
        assertThat(analyst.standing("replacement")).isEqualTo(Standing.POOLED);
        start("replacement", 8 * DAY + 60_000, TEMPLATE, CLIENT, false);
        assertThat(drafts()).as("joined once").isEmpty();
    }

    private List<OrderDraft> drafts() {
        analyst.obey();
        return analyst.joins().drafts(Duration.ofDays(90));
    }

    @Test
    void joinThatTwoGatewaysWriteAtOnceCountsOnce() {
        Analyst other = new Analyst(Scene.SETTINGS, scene.orders);
        gateways.add(other);
        traffic();
        confirm(Joins.POOL);
        other.tend(scene.now);
        start("replacement", 8 * DAY, TEMPLATE, CLIENT, false);
        List<OrderDraft> drafts = drafts();
        other.obey();
        List<OrderDraft> ofOther = other.joins().drafts(Duration.ofDays(90));
        assertThat(ofOther)
                .hasSize(1)
                .extracting(OrderDraft::subject)
                .isEqualTo(List.of(drafts.getFirst().subject()));
        drafts.forEach(scene.orders::give);
        ofOther.forEach(scene.orders::give);
        gateways.forEach(Analyst::obey);
        Join join = analyst.ladder().orders().joins().get("replacement");
        assertThat(other.ladder().orders().joins()).containsExactly(Map.entry("replacement", join));
        assertThat(analyst.ladder().orders().joinsUnder(join.order()).joined())
                .as("the second record neither joins nor uses up the rate")
                .hasSize(1);
        assertThat(drafts()).isEmpty();
        assertThat(other.joins().pending()).isEmpty();
    }

    @Test
    void accountOfManyStartsJoinsNoMore() {
        traffic();
        newcomer("early", 8, TEMPLATE, CLIENT);
        confirm(Joins.POOL);
        start("early", 9 * DAY, TEMPLATE, CLIENT, false);
        assertThat(analyst.joins().pending()).isEmpty();
    }

    @Test
    void confirmationWithoutStandingOrderJoinsNobody() {
        traffic();
        scene.does(op -> op.labels()
                .labelCluster(
                        LabelKind.CONFIRMED,
                        cluster.id,
                        Map.of("by", "ada", "why", "seen", "revision", cluster.revision())));
        tend(6 * DAY + 2 * 60_000);
        newcomer("replacement", 3, TEMPLATE, CLIENT);
        assertThat(analyst.joins().pending()).isEmpty();
    }

    @Test
    void previewNamesWhatAnOrderWouldHaveJoined() {
        traffic();
        newcomer("replacement", 3, TEMPLATE, CLIENT);
        newcomer("other", 3, 1003, 2003);
        tend(9 * DAY);
        JoinOutlook.Outlook outlook = analyst.joins().of(cluster);
        assertThat(outlook.joined()).containsExactly("replacement");
        assertThat(outlook.fitted()).isBetween(280, 420);
        assertThat(outlook.known()).isEqualTo(outlook.fitted());
        assertThat(outlook.knownJoined()).isEmpty();
        assertThat(outlook.bounds()).singleElement().satisfies(bound -> {
            assertThat(bound.stratum()).isEqualTo("free/other");
            assertThat(bound.share()).isBetween(1 / 420.0, 1 / 280.0);
            assertThat(bound.newcomersADay()).isEqualTo(2 / 14.0);
        });
    }

    @Test
    void pageShowsTheEvidenceTraitByTrait() {
        traffic();
        confirm(Joins.QUEUE);
        newcomer("other-client", 2, TEMPLATE, 2001);
        assertThat(new Reports(analyst, scene.now).account("other-client"))
                .extractingByKey("campaigns", InstanceOfAssertFactories.list(Map.class))
                .singleElement()
                .asString()
                .contains(
                        "campaign=" + cluster.id,
                        "starts=2",
                        "joinedAt=null",
                        "greatestReference={total=",
                        "trait=system",
                        "side=origin");
    }

    @Test
    void knownCustomerLikeTheCampaignWaitsForAnOperatorAndRemainsAReference() {
        traffic();
        for (int k = 0; k < 8; k++) {
            start("customer-1", 6 * DAY + k * 60_000L, TEMPLATE, CLIENT, true);
        }
        for (int k = 0; k < 8; k++) {
            start("late", 7 * DAY + k * 60_000L, TEMPLATE, CLIENT, true);
        }
        Observation organised = seen("organised", 7 * DAY, TEMPLATE, CLIENT, false);
        organised.organisation = "firm";
        analyst.observe(organised);
        confirm(Joins.POOL);
        tend(7 * DAY + Scene.HOUR);
        assertThat(analyst.joins().resembling())
                .extracting(JoinWatch.Resembling::account)
                .containsExactlyInAnyOrder("late", "organised");
        assertThat(new Reports(analyst, scene.now).review(100))
                .extractingByKey("items")
                .asString()
                .contains("id=late", "id=organised");
        assertThat(analyst.standings()).doesNotContainKeys("late", "organised");
        scene.does(op -> op.labels().labelAccount(LabelKind.VOUCHED, "late", Map.of("by", "ada", "why", "known")));
        assertThat(new Reports(analyst, scene.now).review(100))
                .extractingByKey("items")
                .asString()
                .doesNotContain("id=late");
        tend(7 * DAY + 2 * Scene.HOUR);
        assertThat(analyst.joins().resembling())
                .as("an operator has judged the other")
                .extracting(JoinWatch.Resembling::account)
                .containsExactly("organised");
    }

    @Test
    void customersAreComparedByTheirStartsOfTheFortnight() {
        traffic();
        for (int k = 0; k < 7; k++) {
            start("customer-1", 20 * DAY + k * 60_000L, TEMPLATE, CLIENT, true);
        }
        int account = analyst.table().index().find("customer-1");
        assertThat(analyst.table().starts().count(account)).isEqualTo(7);
        confirm(Joins.QUEUE);
        assertThat(analyst.joins().evidence(account))
                .as("the last complete starts count until there are eight new ones")
                .singleElement()
                .satisfies(evidence -> assertThat(evidence.score().total()).isNegative());
        start("customer-1", 20 * DAY + 8 * 60_000L, TEMPLATE, CLIENT, true);
        assertThat(analyst.joins().evidence(account))
                .singleElement()
                .satisfies(evidence -> assertThat(evidence.score().total()).isGreaterThan(2));
    }
}
