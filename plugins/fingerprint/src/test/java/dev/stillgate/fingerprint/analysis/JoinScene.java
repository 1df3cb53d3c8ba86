package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Joins;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Verified customers with templates of their own, then campaigns that share a template and a client each. */
final class JoinScene {
    static final long DAY = 24 * Scene.HOUR;
    static final int MEMBERS = 12;
    static final long TEMPLATE = 901;
    static final long CLIENT = 903;
    static final int STARTS = 8;

    /** Time of the campaign's first requests after the beginning. */
    static final long CAMPAIGN = 5 * DAY;

    /** Time of the newcomers' first requests after the beginning. */
    static final long LATER = 8 * DAY;

    private static final FeatureHasher HASHER =
            new FeatureHasher("a key of 24 bytes or more".getBytes(StandardCharsets.UTF_8));

    final Scene scene = new Scene();
    final Analyst analyst = scene.analyst;

    JoinScene() {
        analyst.drawBy(HASHER);
    }

    /** Returns whether an account would fit the model as a reference; the others calibrate. */
    static boolean fits(String account) {
        return (HASHER.text(account) & 1) == 0;
    }

    static long templateOf(int customer) {
        return 10_001 + 2L * customer;
    }

    static long clientOf(int customer) {
        return 2001 + 2 * (customer % 5);
    }

    JoinScene customers(int count) {
        for (int i = 0; i < count; i++) {
            verified("customer-" + i, 0, templateOf(i), clientOf(i));
        }
        return this;
    }

    /** Records eight starts of a verified account. */
    void verified(String account, long after, long template, long client) {
        starts(account, after, STARTS, template, client, seen -> seen.verified = true);
    }

    void starts(String account, long after, int count, long template, long client) {
        starts(account, after, count, template, client, seen -> {});
    }

    void starts(String account, long after, int count, long template, long client, Consumer<Observation> change) {
        for (int k = 0; k < count; k++) {
            Observation seen = Seen.prompt(account, Scene.BEGIN + after + k * 60_000L);
            seen.tier = "free";
            seen.client = client << 40;
            seen.prompt.system = template << 40;
            change.accept(seen);
            analyst.observe(seen);
        }
    }

    /** Returns the cluster of a campaign whose accounts share a template and a client, and further accounts. */
    Cluster campaign(String name, int members, long template, long client, String... further) {
        List<String> accounts =
                IntStream.range(0, members).mapToObj(i -> name + "-" + i).toList();
        accounts.forEach(account -> starts(account, CAMPAIGN, STARTS, template, client));
        tend(CAMPAIGN + DAY);
        List<String> all = Stream.concat(accounts.stream(), Stream.of(further)).toList();
        return analyst.clusters().take(new Link(LinkKind.FACT, "payment", all.size(), 3, 0.001), all, scene.now);
    }

    Cluster campaign() {
        return campaign("worker", MEMBERS, TEMPLATE, CLIENT);
    }

    /** Returns a standing order as the control plane gives it. */
    static OrderDraft standingOrder(Scene scene, Cluster cluster, Joins joins) {
        return new OrderDraft(
                "ada",
                "one pipeline",
                "confirm",
                "cluster " + cluster.id,
                "judgement",
                List.copyOf(cluster.accounts),
                List.of(),
                false,
                OrderEnd.at(scene.now + 30 * DAY),
                1,
                "",
                Map.of("cluster", cluster.id, "joins", joins.apiName(), "promise", 0.01));
    }

    /** Gives the standing order, without waiting for the fit. */
    void confirm(Cluster cluster, Joins joins) {
        scene.orders.give(standingOrder(scene, cluster, joins));
        analyst.obey();
    }

    /** Confirms the campaign under a standing order that pools, and fits it. */
    Cluster confirmed() {
        Cluster cluster = campaign();
        confirm(cluster, Joins.POOL);
        tend(CAMPAIGN + DAY + 2 * 60_000);
        return cluster;
    }

    void tend(long after) {
        scene.tend(Scene.BEGIN + after);
    }

    List<String> pending() {
        return analyst.joins().pending().stream().map(JoinWatch.Found::account).toList();
    }

    /** Writes the pending joins to the journal. */
    void write() {
        analyst.obey();
        analyst.joins().drafts(Duration.ofDays(90)).forEach(scene.orders::give);
        analyst.obey();
        pending(); // forgets what is written, as each analysis does
    }
}
