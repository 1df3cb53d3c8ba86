package dev.stillgate.fingerprint.standing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names in state files, fleet messages and orders. */
class StandingCodecTest {
    private static final long NOW = 1_770_000_000_000L;

    /** Returns what a gateway reads that another wrote with other names. */
    private static StandingCodec.Content read(String from, String to) throws IOException {
        Finding finding = new Finding(
                new int[] {0},
                SharedKey.SYSTEM,
                new EnumMap<>(Map.of(Family.TIME, 5.0)),
                List.of("under-dispersion"),
                List.of(),
                false);
        Clusters clusters = new Clusters();
        Cluster cluster = clusters.take(finding, List.of("a"), NOW);
        Ladder ladder = new Ladder();
        ladder.climb("a", Standing.MARKED, 5, List.of("under-dispersion"), cluster.id, NOW);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StandingCodec.write(new DataOutputStream(bytes), ladder, clusters);
        String written = bytes.toString(ISO_8859_1);
        assertThat(written).contains(text(from));
        byte[] changed = written.replace(text(from), text(to)).getBytes(ISO_8859_1);
        return StandingCodec.read(new DataInputStream(new ByteArrayInputStream(changed)));
    }

    private static String text(String name) {
        return "\0" + (char) name.length() + name;
    }

    @Test
    void writtenContentIsRead() throws IOException {
        StandingCodec.Content content = read("MARKED", "MARKED");
        AccountStanding entry = content.accounts().get("a");
        assertThat(entry.earned).isEqualTo(Standing.MARKED);
        assertThat(entry.evidence).isEqualTo(5);
        assertThat(entry.changes).extracting(AccountStanding.Change::standing).containsExactly(Standing.MARKED);
        Cluster cluster = content.clusters().getFirst();
        assertThat(cluster.matchedOn).isEqualTo(SharedKey.SYSTEM);
        assertThat(cluster.evidence).containsExactly(Map.entry(Family.TIME, 5.0));
        assertThat(cluster.accounts).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TIGHTENED", "LOOSENED"})
    void unknownStandingIsDamage(String name) {
        assertThatThrownBy(() -> read("MARKED", name))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no standing " + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISSUED_CONTEXT", "WARE"})
    void unknownKeyIsDamage(String name) {
        assertThatThrownBy(() -> read("SYSTEM", name))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("it is damaged")
                .hasMessageContaining(name);
    }

    @Test
    void orderToTightenMarks() {
        Order order = new Order(
                "0".repeat(32),
                new Order.Rank(NOW, 0),
                NOW,
                "behaviour",
                "ann",
                "why",
                "standing",
                "account a",
                OrderKeys.STANDING,
                List.of("a"),
                List.of(),
                false,
                NOW + 1,
                true,
                1,
                "",
                Map.of("standing", "tightened"));
        assertThat(Pin.of(order)).isEqualTo(new Pin(Standing.MARKED, order));
    }
}
