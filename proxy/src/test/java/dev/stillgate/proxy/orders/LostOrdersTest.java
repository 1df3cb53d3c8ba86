package dev.stillgate.proxy.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.orders.Orders;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal that another program changes, while a gateway runs and between two runs. */
class LostOrdersTest {
    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();
    private Path file;
    private Path count;

    @BeforeEach
    void name() {
        file = directory.resolve("orders.jsonl");
        count = directory.resolve("orders.jsonl.count");
    }

    private GatewayOrders open(boolean acceptsLost) throws IOException {
        return new GatewayOrders(file, account -> "h" + account, ticker, null, acceptsLost);
    }

    private GatewayOrders open() throws IOException {
        return open(false);
    }

    private static void give(GatewayOrders orders, int from, int to) {
        Orders filter = orders.of("behaviour");
        for (int i = from; i < to; i++) {
            filter.give(Drafts.block("a-" + i, Duration.ofDays(30)));
        }
    }

    private void give(int from, int to) throws IOException {
        try (GatewayOrders orders = open()) {
            give(orders, from, to);
        }
    }

    /** Checks that a start stops and changes nothing, and that one that accepts the loss knows some orders, and so does the next. */
    private void assertLost(int lost, int known) throws IOException {
        byte[] journal = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("orders.jsonl lacks at least " + lost + " orders")
                .hasMessageContaining("--accept-lost-orders");
        assertThat(Files.readAllBytes(file)).isEqualTo(journal);
        try (GatewayOrders orders = open(true)) {
            assertThat(orders.lost()).isEqualTo(lost);
            assertThat(orders.known()).isEqualTo(known);
        }
        try (GatewayOrders orders = open()) {
            assertThat(orders.lost()).isZero();
            assertThat(orders.known()).isEqualTo(known);
        }
    }

    @Test
    void emptiedJournalStopsTheStart() throws IOException {
        give(0, 6);
        Files.write(file, new byte[0]);
        assertLost(6, 0);
    }

    @Test
    void missingJournalStopsTheStart() throws IOException {
        give(0, 6);
        Files.delete(file);
        assertLost(6, 0);
    }

    @Test
    void shorterJournalStopsTheStart() throws IOException {
        give(0, 6);
        List<String> lines = Files.readAllLines(file);
        lines.removeIf(line -> line.contains("a-4") || line.contains("a-5"));
        Files.write(file, lines);
        assertLost(2, 4);
    }

    @Test
    void journalCutInTheMiddleOfALineStopsTheStart() throws IOException {
        give(0, 6);
        String text = Files.readString(file);
        Files.writeString(file, text.substring(0, text.indexOf("a-2") + 1));
        assertLost(4, 2);
    }

    @Test
    void olderJournalWithAsManyOrdersStopsTheStart() throws IOException {
        give(0, 3);
        Files.copy(file, directory.resolve("backup"));
        ticker.advance(Duration.ofDays(500));
        try (GatewayOrders orders = open()) {
            ticker.advance(Duration.ofHours(2));
            orders.keepHouse();
            assertThat(orders.known()).isZero();
            give(orders, 3, 6);
        }
        Files.move(directory.resolve("backup"), file, StandardCopyOption.REPLACE_EXISTING);
        assertLost(1, 3);
    }

    @Test
    void journalOfAnEarlierVersionStarts() throws IOException {
        give(0, 3);
        Files.delete(count);
        give(3, 4);
        Files.delete(file);
        assertLost(4, 0);
    }

    @Test
    void damagedCountStopsNoStart() throws IOException {
        give(0, 3);
        Files.writeString(count, Files.readString(count).replace("\"orders\":3", "\"orders\":9"));
        try (GatewayOrders orders = open()) {
            assertThat(orders.known()).isEqualTo(3);
        }
    }

    @Test
    void forgottenOrdersAreNotLost() throws IOException {
        give(0, 3);
        ticker.advance(Duration.ofDays(500));
        try (GatewayOrders orders = open()) {
            ticker.advance(Duration.ofHours(2));
            orders.keepHouse();
        }
        try (GatewayOrders orders = open()) {
            assertThat(orders.known()).isZero();
            give(orders, 3, 4);
        }
    }

    @Test
    void journalThatIsRemovedReplacedOrOverwrittenUnderAGatewayIsWrittenAnewBeforeTheNextOrder() throws IOException {
        List<FileChange> changes = new ArrayList<>();
        changes.add(Files::delete);
        changes.add(
                path -> { // a restore by rename
                    Path older = Files.writeString(
                            directory.resolve("older"),
                            Files.readString(path).lines().findFirst().orElseThrow() + "\n");
                    Files.move(older, path, StandardCopyOption.REPLACE_EXISTING);
                });
        changes.add(
                path -> { // a copy over it
                    String text = Files.readString(path);
                    Files.writeString(path, text.substring(0, text.length() / 2));
                });
        changes.add(path -> Files.writeString(path, Files.readString(path) + "more\n"));
        try (GatewayOrders orders = open()) {
            give(orders, 0, 1);
            for (int i = 0; i < changes.size(); i++) {
                changes.get(i).apply(file);
                give(orders, i + 1, i + 2);
                assertThat(copied()).as("change %d", i).isEqualTo(i + 2);
            }
        }
    }

    @Test
    void removedJournalIsWrittenAnewWithoutAnOrder() throws IOException {
        try (GatewayOrders orders = open()) {
            give(orders, 0, 3);
            Files.delete(file);
            orders.keepHouse();
            assertThat(copied()).isEqualTo(3);
            assertThat(orders.isWritable()).isTrue();
        }
    }

    /** Returns the number of orders that a gateway knows with a copy of the files, as after a crash. */
    private int copied() throws IOException {
        Path copy = Files.createTempDirectory(directory, "copy").resolve("orders.jsonl");
        Files.copy(file, copy);
        Files.copy(count, copy.resolveSibling("orders.jsonl.count"));
        try (GatewayOrders orders = new GatewayOrders(copy, account -> "h" + account, ticker, null, false)) {
            return orders.known();
        }
    }

    private interface FileChange {
        void apply(Path file) throws IOException;
    }
}
