package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.spi.Standing;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Standings by registration facts and bursts of registrations. */
class RegistrationLinksTest {
    private static final long MINUTE = 60_000;
    private static final long DAY = 86_400_000;
    private static final AnalysisSettings SETTINGS = Seen.settings(100_000, 1.1);

    private final Map<String, Map<String, String>> facts = new HashMap<>();
    private final Map<String, Instant> created = new HashMap<>();
    private long now = Seen.START;
    private Analyst analyst = new Analyst(SETTINGS, Pins.orders(() -> now));

    private void observe(String account, boolean verified, long system) {
        Observation seen = Seen.prompt(account, now);
        seen.facts = facts.getOrDefault(account, Map.of());
        seen.created = created.get(account);
        seen.verified = verified;
        seen.prompt.system = system;
        analyst.observe(seen);
    }

    private void exchanges(int count, String... accounts) {
        for (int i = 0; i < count; i++) {
            now += MINUTE;
            for (String account : accounts) {
                observe(account, false, 0);
            }
        }
    }

    private void references() {
        for (int i = 0; i < 1_000; i++) {
            facts.put("reference-" + i, Map.of("payment", "h:own-" + i, "email-domain", "h:own-" + i));
            observe("reference-" + i, true, 0);
        }
    }

    private String[] accounts(String prefix, int count, Map<String, String> shared) {
        String[] ids = new String[count];
        for (int i = 0; i < count; i++) {
            ids[i] = prefix + i;
            Map<String, String> own = new HashMap<>(Map.of("payment", "h:" + ids[i]));
            own.putAll(shared);
            facts.put(ids[i], Map.copyOf(own));
        }
        return ids;
    }

    private Standing standing(String account) {
        return analyst.ladder().standing(account);
    }

    @Test
    void farmIsPooledAtItsThirdExchange() {
        references();
        String[] farm = accounts("farm-", 12, Map.of("payment", "h:farm"));
        exchanges(2, farm);
        now += 10 * MINUTE;
        analyst.tend(now);
        assertThat(standing("farm-0")).isEqualTo(Standing.MARKED);

        exchanges(1, farm);
        analyst.tend(now);
        assertThat(standing("farm-0")).as("searched less than ten minutes ago").isEqualTo(Standing.MARKED);
        now += 10 * MINUTE;
        Map<String, Standing> changed = analyst.tend(now);
        assertThat(changed).hasSize(12).containsEntry("farm-11", Standing.POOLED);
        assertThat(analyst.ladder().groups().values()).hasSize(12).containsOnly("c1");
        assertThat(analyst.clusters().find("c1").links.values())
                .singleElement()
                .matches(link -> link.kind() == LinkKind.FACT && link.accounts() == 12);
    }

    @Test
    void farmStaysPooledAcrossARestart() throws IOException {
        references();
        exchanges(3, accounts("farm-", 12, Map.of("payment", "h:farm")));
        analyst.tend(now += 10 * MINUTE);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        analyst.write(new DataOutputStream(bytes));
        analyst = new Analyst(SETTINGS, Pins.orders(() -> now));
        analyst.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())), true);
        assertThat(standing("farm-3")).isEqualTo(Standing.POOLED);

        accounts("late-", 1, Map.of("payment", "h:farm"));
        exchanges(3, "late-0");
        analyst.tend(now += 10 * MINUTE);
        assertThat(standing("late-0")).isEqualTo(Standing.POOLED);
        assertThat(analyst.ladder().groups()).containsEntry("late-0", "c1");
    }

    @Test
    void verifiedAccountsAndForgottenOnesAreNotPooled() {
        references();
        String[] farm = accounts("farm-", 40, Map.of("payment", "h:farm"));
        for (int i = 0; i < 3; i++) {
            observe("farm-0", true, 0);
        }
        exchanges(3, java.util.Arrays.copyOfRange(farm, 1, 40));
        analyst.forget("farm-1");
        analyst.tend(now += 10 * MINUTE);
        assertThat(standing("farm-0")).isEqualTo(Standing.CLEAR);
        assertThat(standing("farm-1")).isEqualTo(Standing.CLEAR);
        assertThat(standing("farm-2")).isEqualTo(Standing.POOLED);
    }

    @Test
    void classIsLinkedAndNeverPooled() {
        references();
        String[] pupils = accounts(
                "pupil-", 30, Map.of("email-domain", "h:school", "referrer", "h:course", "signup-network", "h:room"));
        for (int i = 0; i < 30; i++) {
            exchanges(3, pupils);
            analyst.tend(now += 10 * MINUTE);
        }
        assertThat(analyst.clusters().all())
                .singleElement()
                .satisfies(cluster -> assertThat(cluster.links.keySet()).contains("email-domain"));
        assertThat(analyst.standings().values()).containsOnly(Standing.MARKED);
    }

    @Test
    void burstOfUsersOfOneTemplateIsMarked() {
        Random random = new Random(2);
        for (int i = 0; i < 800; i++) {
            created.put("other-" + i, Instant.ofEpochMilli(Seen.START - (long) (random.nextDouble() * 60 * DAY)));
            observe("other-" + i, false, 1L << 50 | (long) i << 40);
        }
        for (int i = 0; i < 40; i++) {
            created.put("farm-" + i, Instant.ofEpochMilli(Seen.START - 9 * DAY + i * 40 * MINUTE));
        }
        for (int k = 0; k < 6; k++) {
            now += 20 * MINUTE;
            for (int i = 0; i < 40; i++) {
                observe("farm-" + i, false, 7L << 52);
            }
        }
        analyst.tend(now += Duration.ofHours(1).toMillis());
        assertThat(analyst.clusters().all()).singleElement().satisfies(RegistrationLinksTest::isBurst);
        assertThat(analyst.standings()).hasSize(40).containsEntry("farm-39", Standing.MARKED);
    }

    private static void isBurst(Cluster cluster) {
        assertThat(cluster.links.values()).singleElement().satisfies(link -> {
            assertThat(link.kind()).isEqualTo(LinkKind.BOUNDED);
            assertThat(link.name()).isEqualTo("registration-burst");
            assertThat(link.accounts()).isEqualTo(40);
            assertThat(link.bound()).isLessThan(0.001);
        });
    }
}
