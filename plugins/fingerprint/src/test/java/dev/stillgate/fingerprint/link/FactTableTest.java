package dev.stillgate.fingerprint.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.capture.Observation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FactTableTest {
    private static final Instant CREATED = Instant.parse("2026-01-12T08:30:59Z");
    private final FactTable table = new FactTable();

    private static Observation seen(Instant created, Map<String, String> facts) {
        Observation seen = new Observation();
        seen.created = created;
        seen.facts = facts;
        return seen;
    }

    private long value(String name, int account) {
        return table.value(table.find(name), account);
    }

    @Test
    void lastExchangeCounts() {
        table.observe(5, seen(CREATED, Map.of("payment", "h:a", "device", "h:b")));
        long payment = value("payment", 5);
        assertThat(payment).isNotZero();
        assertThat(table.created(5)).isEqualTo((int) (CREATED.getEpochSecond() / 60));
        assertThat(table.exchanges(5)).isEqualTo(1);

        table.observe(5, seen(null, Map.of("payment", "h:c")));
        assertThat(value("payment", 5)).isNotZero().isNotEqualTo(payment);
        assertThat(value("device", 5)).isZero();
        assertThat(table.created(5)).isZero();

        table.observe(5, seen(null, Map.of()));
        assertThat(value("payment", 5)).isZero();
        assertThat(table.exchanges(5)).as("exchanges with facts").isEqualTo(2);
    }

    @Test
    void promptsOfABatchAreOneExchange() {
        Observation first = seen(CREATED, Map.of("payment", "h:a"));
        Observation second = seen(CREATED, Map.of("payment", "h:a"));
        second.sameRequest = true;
        table.observe(5, first);
        table.observe(5, second);
        assertThat(table.exchanges(5)).isEqualTo(1);
        for (int i = 0; i < 1_000; i++) {
            table.observe(5, first);
        }
        assertThat(table.exchanges(5)).isEqualTo(127);
    }

    @Test
    void accountsWithoutFactsTakeNoMemory() {
        table.observe(1_000_000, seen(null, Map.of()));
        assertThat(table.limit()).isZero();
        assertThat(table.exchanges(7)).isZero();
        assertThat(table.created(7)).isZero();
    }

    @Test
    void numberOfNamesIsLimited() {
        for (int i = 0; i < 100; i++) {
            table.observe(i, seen(null, Map.of("f" + i, "h:a")));
        }
        assertThat(table.names()).hasSize(FactTable.MAX_NAMES).isSorted();
        assertThat(value("f63", 63)).isNotZero();
        assertThat(table.find("f64")).isEqualTo(-1);
    }

    @Test
    void strangeCreationTimesAreBounded() {
        table.observe(1, seen(Instant.MAX, Map.of()));
        table.observe(2, seen(Instant.MIN, Map.of()));
        assertThat(table.created(1)).isEqualTo(Integer.MAX_VALUE);
        assertThat(table.created(2)).isZero();
    }

    @Test
    void writtenTableIsReadBack() throws IOException {
        table.observe(3, seen(CREATED, Map.of("payment", "h:a")));
        table.observe(5_000, seen(CREATED, Map.of("device", "h:b")));
        byte[] bytes = written();
        FactTable back = read(bytes, 5_001);
        assertThat(back.names()).containsExactly("device", "payment");
        assertThat(back.value(back.find("payment"), 3)).isEqualTo(value("payment", 3));
        assertThat(back.value(back.find("device"), 5_000)).isEqualTo(value("device", 5_000));
        assertThat(back.created(5_000)).isEqualTo(table.created(5_000));
        assertThat(back.exchanges(3)).isEqualTo(1);
        assertThat(read(new byte[5], 0).names()).isEmpty();
    }

    @Test
    void damagedTableIsRefused() throws IOException {
        table.observe(5_000, seen(CREATED, Map.of("device", "h:b")));
        byte[] bytes = written();
        assertThatThrownBy(() -> read(bytes, 4_000)).isInstanceOf(IOException.class);
        for (int length = 0; length < bytes.length; length += 997) {
            byte[] cut = java.util.Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> read(cut, 5_001)).isInstanceOf(IOException.class);
        }
        bytes[0] = 2;
        assertThatThrownBy(() -> read(bytes, 5_001)).isInstanceOf(IOException.class);
    }

    private byte[] written() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        table.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static FactTable read(byte[] bytes, int accounts) throws IOException {
        FactTable back = new FactTable();
        back.read(new DataInputStream(new ByteArrayInputStream(bytes)), accounts);
        return back;
    }
}
