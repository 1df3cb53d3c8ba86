package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.report.Reports;
import dev.stillgate.fingerprint.signal.Decoys;
import dev.stillgate.fingerprint.signal.People;
import dev.stillgate.fingerprint.signal.Signal;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Keys that an operator leaks on purpose: which accounts their use names, and honest accounts that resemble its users. */
class DecoyTest {
    private static final long MINUTE = 60_000;
    private static final int CUSTOMERS = 400;
    private static final long CLIENT = 11L << 40;
    private static final long TEMPLATE = 12L << 40;
    private static final long NETWORK = 13L << 40;
    private static final long PERSON = 14L << 40;

    private long now = Seen.START;
    private Analyst analyst = analyst(new People(), new Decoys());

    private Analyst analyst(Signal... signals) {
        return new Analyst(Seen.settings(100_000, 1.1, signals), Pins.orders(() -> now));
    }

    /** Records three conversations. */
    private void asks(String account, Consumer<Observation> change) {
        for (int i = 0; i < 3; i++) {
            Observation seen = Seen.prompt(account, now);
            change.accept(seen);
            analyst.observe(seen);
        }
    }

    private static void from(Observation seen, long client, long template) {
        seen.client = client;
        Objects.requireNonNull(seen.prompt).system = template;
        seen.network = NETWORK;
    }

    private void decoy(Consumer<Observation> change) {
        asks("decoy", seen -> {
            seen.facts = Map.of(Account.DECOY, "h:decoydecoydecoydecoydecoy");
            change.accept(seen);
        });
    }

    /** Records known customers with templates of their own; every hundredth uses a given client and template. */
    private void customers(long client, long template) {
        for (int i = 0; i < CUSTOMERS; i++) {
            boolean isUser = i % 100 == 0;
            long own = 1000L + i;
            asks("customer-" + i, seen -> {
                seen.verified = true;
                from(seen, isUser ? client : (100L + own % 7) << 40, isUser ? template : own << 40);
            });
        }
    }

    private void round() {
        now += 10 * MINUTE;
        analyst.tend(now);
    }

    private Map<String, Object> page(String account) {
        return Objects.requireNonNull(new Reports(analyst, now).account(account));
    }

    @Test
    void accountWithClientAndTemplateOfADecoysUseIsMarkedAndBothPagesSayWhy() {
        customers(1, 1);
        decoy(seen -> from(seen, CLIENT, TEMPLATE));
        asks("worker", seen -> from(seen, CLIENT, TEMPLATE));
        asks("other", seen -> from(seen, 5L << 40, 6L << 40));
        round();
        assertThat(analyst.standings()).containsExactly(Map.entry("worker", Standing.MARKED));
        assertThat(page("worker")).containsEntry("decoys", List.of("decoy")).containsEntry("reasons", List.of("decoy"));
        assertThat(page("decoy")).containsEntry("decoyUsers", List.of("worker"));
        assertThat(page("other")).doesNotContainKeys("decoys", "decoyUsers");
        assertThat(new Reports(analyst, now).review(10)).containsEntry("decoys", List.of("decoy"));
    }

    @Test
    void keyScannerOnASharedNetworkWithHonestAccountsLinksNone() {
        customers(1, 1);
        decoy(seen -> from(seen, CLIENT, TEMPLATE));
        for (int i = 0; i < 20; i++) {
            long own = 50L + i;
            asks("neighbour-" + i, seen -> from(seen, own << 40, own << 40));
        }
        round();
        assertThat(analyst.clusters().all()).isEmpty();
        assertThat(page("decoy")).containsEntry("decoyUsers", List.of());
    }

    @Test
    void clientOrTemplateAloneLinksNone() {
        customers(1, 1);
        decoy(seen -> from(seen, CLIENT, TEMPLATE));
        asks("same-client", seen -> from(seen, CLIENT, 7L << 40));
        asks("same-template", seen -> from(seen, 8L << 40, TEMPLATE));
        round();
        assertThat(analyst.clusters().all()).isEmpty();
    }

    @Test
    void keyScannerWithAnSdkAndAPromptOfKnownCustomersLinksNone() {
        customers(CLIENT, 1);
        decoy(seen -> from(seen, CLIENT, TEMPLATE));
        asks("newcomer", seen -> from(seen, CLIENT, TEMPLATE));
        round();
        assertThat(analyst.clusters().all())
                .as("one known customer in a hundred has the client")
                .isEmpty();
    }

    @Test
    void accountWithAPersonOfADecoysUseIsMarkedAndConfirmedOnlyIfNamed() {
        customers(1, 1);
        decoy(seen -> seen.person = PERSON);
        asks("worker", seen -> seen.person = PERSON);
        round();
        assertThat(analyst.standings()).containsExactly(Map.entry("worker", Standing.MARKED));
        Cluster cluster = analyst.clusters().all().iterator().next();
        assertThat(cluster.isByPeople("worker")).isTrue();
    }

    @Test
    void knownCustomersAreNeverLinked() {
        customers(1, 1);
        decoy(seen -> from(seen, CLIENT, TEMPLATE));
        asks("customer-7", seen -> {
            seen.verified = true;
            from(seen, CLIENT, TEMPLATE);
        });
        asks("member", seen -> {
            seen.organisation = "org-1";
            from(seen, CLIENT, TEMPLATE);
        });
        round();
        assertThat(analyst.clusters().all()).isEmpty();
    }

    @Test
    void withoutEnoughKnownCustomersNoneIsLinked() {
        decoy(seen -> from(seen, CLIENT, TEMPLATE));
        asks("worker", seen -> from(seen, CLIENT, TEMPLATE));
        round();
        assertThat(analyst.clusters().all()).isEmpty();
        assertThat(page("decoy")).containsEntry("decoyUsers", List.of());
    }

    @Test
    void decoysDoNotFormAGroupByBeingDecoys() {
        customers(1, 1);
        for (int i = 0; i < 12; i++) {
            long own = 50L + i;
            asks("decoy-" + i, seen -> {
                seen.facts = Map.of(Account.DECOY, "h:decoydecoydecoydecoydecoy");
                from(seen, own << 40, own << 40);
            });
        }
        round();
        assertThat(analyst.clusters().all()).isEmpty();
    }

    @Test
    void signalIsSwitchedOffByOneLine() {
        analyst = analyst(new People());
        customers(1, 1);
        decoy(seen -> from(seen, CLIENT, TEMPLATE));
        asks("worker", seen -> from(seen, CLIENT, TEMPLATE));
        round();
        assertThat(analyst.clusters().all()).isEmpty();
    }

    @Test
    void erasedAccountIsNamedNoLonger() {
        customers(1, 1);
        decoy(seen -> from(seen, CLIENT, TEMPLATE));
        asks("worker", seen -> from(seen, CLIENT, TEMPLATE));
        round();
        analyst.forget("worker");
        assertThat(page("decoy")).containsEntry("decoyUsers", List.of());
    }
}
