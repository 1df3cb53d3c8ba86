package dev.stillgate.proxy.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.orders.SharedRecords.Stored;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.Orders;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final long NOW = 1_790_000_000_000L;

    @TempDir
    private Path directory;

    private Path file;
    private final List<Order> read = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();

    @BeforeEach
    void name() {
        file = directory.resolve("orders.jsonl");
    }

    private Journal open(long most) throws IOException {
        read.clear();
        return new Journal(file, most, false, times::add, (record, isFinal) -> {
            Order order = OrderJson.read(record);
            if (order == null) {
                return OrderJson.idOf(record);
            }
            read.add(order);
            return order.id();
        });
    }

    private Journal open() throws IOException {
        return open(Journal.MOST_BYTES);
    }

    private static Order order(int number) {
        return MemoryOrders.of(
                Drafts.block("a-" + number, Duration.ofDays(30)),
                String.format("%032x", number),
                "behaviour",
                new Order.Rank(NOW, number),
                NOW);
    }

    private static Journal.Line line(Order order) {
        return new Journal.Line(order.id(), OrderJson.stored(order), true);
    }

    private void write(int count) throws IOException {
        try (Journal journal = open()) {
            for (int i = 0; i < count; i++) {
                journal.append(line(order(i)), true);
            }
        }
    }

    @Test
    void linesAreReadAsTheyWereWritten() throws IOException {
        write(3);
        try (Journal journal = open()) {
            assertThat(read).containsExactly(order(0), order(1), order(2));
            assertThat(journal.bytes()).isEqualTo(Files.size(file));
        }
    }

    @Test
    void tornLastLineIsCutAtAnyByte() throws IOException {
        write(1);
        byte[] count =
                Files.readAllBytes(directory.resolve("orders.jsonl.count")); // a crash leaves the one from before
        try (Journal journal = open()) {
            journal.append(line(order(1)), true);
        }
        byte[] whole = Files.readAllBytes(file);
        int lastLine = new String(whole, StandardCharsets.UTF_8).lastIndexOf('\n', whole.length - 2) + 1;
        for (int length = lastLine; length < whole.length; length += 7) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            Files.write(directory.resolve("orders.jsonl.count"), count);
            try (Journal journal = open()) {
                assertThat(read).containsExactly(order(0));
                journal.append(line(order(7)), true);
            }
            try (Journal again = open()) {
                assertThat(read).containsExactly(order(0), order(7));
                assertThat(again.isWritable()).isTrue();
            }
        }
    }

    @Test
    void anyChangedByteStopsTheStartWithItsPosition() throws IOException {
        write(3);
        byte[] whole = Files.readAllBytes(file);
        int second = new String(whole, StandardCharsets.UTF_8).indexOf('\n') + 1;
        int end = new String(whole, StandardCharsets.UTF_8).indexOf('\n', second);
        for (int i = second; i < end; i += 5) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(file, damaged);
            assertThatThrownBy(this::open)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("orders.jsonl is damaged in line 2 at byte " + second);
            assertThat(Files.readAllBytes(file)).isEqualTo(damaged);
        }
    }

    @Test
    void malformedOrderStopsTheStart() throws IOException {
        write(1);
        try (Journal journal = open()) {
            String body = OrderJson.stored(order(1)).body().replace("\"needs\":1", "\"needs\":0");
            journal.append(new Journal.Line("x", new Stored(new Order.Rank(1, 1), NOW, body), true), true);
        }
        assertThatThrownBy(this::open).hasMessageContaining("line 3 at byte").hasMessageContaining("needs: below 1");
    }

    @Test
    void newerFileStopsTheStart() throws IOException {
        write(0);
        Files.writeString(
                file,
                Files.readString(file).replace("\"version\":1", "\"version\":2"),
                StandardOpenOption.TRUNCATE_EXISTING);
        assertThatThrownBy(this::open).hasMessageContaining("line 1 at byte 0");
    }

    @Test
    void refusedLineLeavesNothingAndTheNextOneWorks() throws IOException {
        write(1);
        long size = Files.size(file);
        try (Journal journal = open(size + 600)) {
            Journal.Line large = new Journal.Line(
                    "large",
                    new Stored(
                            new Order.Rank(1, 1),
                            NOW,
                            OrderJson.stored(order(1)).body() + " ".repeat(600)),
                    true);
            assertThatThrownBy(() -> journal.append(large, true)).hasMessageContaining("limit of " + (size + 600));
            assertThat(Files.size(file)).isEqualTo(size);
            assertThat(journal.isWritable()).isFalse();
            journal.append(line(order(2)), true);
            assertThat(journal.isWritable()).isTrue();
        }
        try (Journal again = open()) {
            assertThat(read).containsExactly(order(0), order(2));
            assertThat(again.wantsRewrite()).isFalse();
        }
    }

    @Test
    void halfALineThatIsLeftIsCutBeforeTheNext() throws IOException {
        write(1);
        try (Journal journal = open()) {
            Files.writeString(file, "half a line", StandardOpenOption.APPEND); // as a failed write would leave
            journal.append(line(order(2)), true);
        }
        try (Journal again = open()) {
            assertThat(read).containsExactly(order(0), order(2));
            assertThat(again.isWritable()).isTrue();
        }
    }

    @Test
    void rewriteKeepsTheGivenLinesOnly() throws IOException {
        write(3);
        try (Journal journal = open()) {
            journal.note(NOW);
            journal.rewrite(NOW + 5, Stream.of(line(order(1))));
            journal.note(NOW + 7);
            journal.append(line(order(5)), true);
        }
        try (Journal again = open()) {
            assertThat(read).containsExactly(order(1), order(5));
            assertThat(times).containsExactly(NOW + 5, NOW + 7);
            assertThat(again.isWritable()).isTrue();
        }
        assertThat(Files.list(directory)).containsOnly(file, directory.resolve("orders.jsonl.count"));
    }

    @Test
    void fileWithManyReplacedLinesWantsToBeRewritten() throws IOException {
        try (Journal journal = open()) {
            Order order = order(1);
            while (journal.bytes() < (1 << 20)) {
                journal.append(line(order), false);
                assertThat(journal.wantsRewrite()).isFalse();
            }
            for (int i = 0; i < 10; i++) {
                journal.append(line(order), false);
            }
            assertThat(journal.wantsRewrite()).isTrue();
        }
    }

    @Test
    void fileOfAKilledRewriteIsDeleted() throws IOException {
        write(1);
        Files.writeString(directory.resolve("orders.jsonl.new"), "half");
        open().close();
        assertThat(Files.list(directory)).containsOnly(file, directory.resolve("orders.jsonl.count"));
        assertThat(read).containsExactly(order(0));
    }

    @Test
    void fullDiskRefusesAnOrderAndTheNextOneWorksOnceThereIsRoom() throws Exception {
        Path disk = Files.createDirectory(directory.resolve("disk"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk.toString()), "mounts a file system");
        try {
            file = disk.resolve("orders.jsonl");
            Path filler = disk.resolve("filler");
            try (GatewayOrders orders = new GatewayOrders(file, account -> account, new FakeTicker(), null, false)) {
                Orders filter = orders.of("behaviour");
                Order kept = filter.give(Drafts.block("a", Duration.ofDays(30))).order();
                assertThatThrownBy(() -> Files.write(filler, new byte[1 << 20])).isInstanceOf(IOException.class);
                long size = Files.size(file);
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 20; i++) { // the last page of the file has some room left
                                filter.give(Drafts.block("b" + i, Duration.ofDays(30)));
                            }
                        })
                        .isInstanceOf(Orders.OrdersUnavailableException.class)
                        .hasMessageContaining("cannot be written");
                assertThat(orders.isWritable()).isFalse();
                assertThat(Files.size(file)).isEqualTo(orders.journalBytes()).isGreaterThanOrEqualTo(size);
                int known = orders.known();
                Files.delete(filler);
                Order next = filter.give(Drafts.block("c", Duration.ofDays(30))).order();
                assertThat(orders.isWritable()).isTrue();
                assertThat(filter.all()).hasSize(known + 1).contains(kept, next);
                open().close();
                assertThat(read).hasSize(known + 1).contains(kept, next);
            }
        } finally {
            run("umount", disk.toString());
        }
    }

    private static boolean run(String... command) throws Exception {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
