package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.capture.AllowedAccounts;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.SignalTest;
import dev.stillgate.fingerprint.report.Decision;
import dev.stillgate.fingerprint.report.OperatorActions;
import dev.stillgate.fingerprint.report.Reports;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.ClientAndNetwork;
import dev.stillgate.fingerprint.signal.FactSettings;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.ReviewSettings;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.signal.UnderDispersion;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.text.Elicitation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.Orders;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An analyst with observed accounts, and a cluster of some of them. */
public final class Scene {
    public static final long BEGIN = 1_770_000_000_000L;
    public static final long HOUR = 3_600_000;
    static final AnalysisSettings SETTINGS = new AnalysisSettings(
            List.of(new UnderDispersion(), new ClientAndNetwork()),
            Map.of(),
            4.0,
            Duration.ofDays(14),
            Duration.ofMinutes(10),
            Duration.ofDays(3),
            100_000,
            AllowedAccounts.NONE,
            ReviewSettings.STANDARD,
            FactSettings.STANDARD,
            2);

    private static final List<SignalTest> TESTS = List.of(
            new SignalTest(Family.TIME, List.of("under-dispersion"), 8.0),
            new SignalTest(Family.CONTENT, List.of("topic-concentration"), 2.34567));

    public final OrderBook book;

    /** Whether the store is lost. */
    public boolean mayLackOrders;

    /** Time by the clock of the orders, in milliseconds since the epoch. */
    public long now = BEGIN + 31 * HOUR;

    public final Orders orders;
    public final Analyst analyst;
    public final Reports reports;

    public Scene() {
        this(new OrderBook(account -> "hash of " + account));
    }

    /** @param book orders that other gateways may share */
    public Scene(OrderBook book) {
        this.book = book;
        orders = new MemoryOrders(book, "behaviour", () -> now);
        analyst = new Analyst(SETTINGS, orders);
        reports = new Reports(analyst, BEGIN + 30 * HOUR);
    }

    /** Carries out an operator's action. */
    public @Nullable Map<String, Object> does(Function<OperatorActions, @Nullable Decision> action) {
        analyst.obey();
        Decision decision = action.apply(new OperatorActions(analyst, mayLackOrders));
        if (decision == null) {
            return null;
        }
        OrderDraft draft = decision.draft();
        Orders.Receipt receipt = draft == null ? null : orders.give(draft);
        analyst.obey();
        return decision.shown(receipt);
    }

    /** Runs the analysis at a time. */
    public @Nullable Map<String, Standing> tend(long at) {
        now = at;
        return analyst.tend(at);
    }

    /** Records one exchange an hour of each account. */
    public Scene seen(int exchanges, String... accounts) {
        for (int i = 0; i < exchanges; i++) {
            for (String account : accounts) {
                analyst.observe(exchange(account, BEGIN + i * HOUR));
            }
        }
        return this;
    }

    /** Records one exchange of a verified account. */
    public Scene seenVerified(String account) {
        Observation seen = exchange(account, BEGIN + 30 * HOUR);
        seen.verified = true;
        analyst.observe(seen);
        return this;
    }

    /** Records one exchange of an account of an organisation. */
    public Scene seenOf(String organisation, String account) {
        Observation seen = exchange(account, BEGIN + 30 * HOUR);
        seen.organisation = organisation;
        analyst.observe(seen);
        return this;
    }

    /** Applies other settings of operators' judgements. */
    public void reviews(ReviewSettings review) {
        analyst.applySettings(
                new AnalysisSettings(
                        SETTINGS.signals(),
                        SETTINGS.weights(),
                        SETTINGS.marked(),
                        SETTINGS.expireAfter(),
                        SETTINGS.regroup(),
                        SETTINGS.idle(),
                        SETTINGS.maxAccounts(),
                        SETTINGS.innocent(),
                        review,
                        SETTINGS.facts(),
                        SETTINGS.samples()),
                BEGIN + 30 * HOUR);
    }

    /** Adds a cluster as found by a round. */
    public Scene found(Standing rung, String... accounts) {
        int[] numbers = IntStream.range(0, accounts.length)
                .map(i -> analyst.table().index().find(accounts[i]))
                .toArray();
        Map<Family, Double> evidence = new EnumMap<>(Map.of(Family.TIME, 8.0, Family.CONTENT, 2.34567));
        Finding finding = new Finding(
                numbers, SharedKey.SYSTEM, evidence, List.of("under-dispersion", "topic-concentration"), TESTS, false);
        Cluster cluster = analyst.clusters().take(finding, List.of(accounts), BEGIN + 30 * HOUR);
        for (String account : accounts) {
            analyst.ladder().climb(account, rung, finding.total(), finding.reasons(), cluster.id, BEGIN + 30 * HOUR);
        }
        return this;
    }

    public static Observation exchange(String account, long at) {
        Observation seen = new Observation();
        seen.account = account;
        seen.start = at;
        seen.end = at + 900;
        seen.answered = true;
        seen.judged = true;
        seen.country = "KR";
        seen.asn = 64496;
        seen.software = "python-requests";
        seen.client = 0x1234_5678_9abc_def0L;
        seen.network = 0x0fed_cba9_8765_4321L;
        seen.model = "model-1";
        seen.inputTokens = 300;
        seen.outputTokens = 700;
        seen.proseChars = 2800;
        PromptFeatures prompt = new PromptFeatures();
        prompt.system = 0x7fff_0000_dead_beefL;
        prompt.analysedChars = 1200;
        prompt.newChars = 1200;
        prompt.userTurns = 1;
        prompt.elicitations = Elicitation.REASONING.bit();
        seen.prompt = prompt;
        return seen;
    }
}
