package dev.stillgate.canary.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.ledger.file.Disk;
import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.head.LedgerKeyFiles;
import dev.stillgate.canary.ledger.head.MessageIdHasher;
import dev.stillgate.canary.ledger.head.VerifierKey;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The writer thread with many appending threads and a real disk. */
@Timeout(60)
class GroupCommitTest {
    private static final int THREADS = 8;
    private static final int EACH = 2_000;

    @TempDir
    Path directory;

    @Test
    void everyAnswerIsAcknowledgedOnceWithItsIndex() throws Exception {
        Map<Long, String> placed = new ConcurrentHashMap<>();
        Set<Thread> tellers = ConcurrentHashMap.newKeySet();
        CountDownLatch done = new CountDownLatch(THREADS * EACH);
        Ledger ledger = open(new LedgerOptions(null, null, Duration.ofMillis(5), 100, THREADS * EACH));
        long key = ledger.commit("c1", LedgerRig.hash("1"), LedgerRig.hash("t"));
        together(thread -> {
            for (int i = 0; i < EACH; i++) {
                String message = thread + "/" + i;
                ledger.append(answer(message, key), result -> {
                    tellers.add(Thread.currentThread());
                    assertThat(placed.put(((AppendResult.OnDisk) result).index(), message))
                            .isNull();
                    done.countDown();
                });
            }
        });
        done.await();
        ledger.close();
        assertThat(placed).hasSize(THREADS * EACH);
        assertThat(tellers).hasSize(1);
        MessageIdHasher ids = LedgerKeyFiles.messageIds(directory, null);
        AtomicInteger found = new AtomicInteger();
        LedgerScan.of(directory, 0, (index, leaf, after) -> {
            if (leaf instanceof Leaf.Response answer) {
                assertThat(answer.message()).isEqualTo(ids.hash(placed.get(index)));
                found.incrementAndGet();
            }
        });
        assertThat(found).hasValue(THREADS * EACH);
        VerifierKey verifier = VerifierKey.read(directory.resolve(VerifierKey.FILE));
        assertThat(LedgerCheck.of(directory, verifier, List.of()).head().head().size())
                .isEqualTo(THREADS * EACH + 1);
    }

    @Test
    void everyCallbackRunsOnceWithFullQueueAndClose() throws Exception {
        List<AtomicInteger> told = new ArrayList<>();
        for (int i = 0; i < THREADS * EACH; i++) {
            told.add(new AtomicInteger());
        }
        AtomicInteger onDisk = new AtomicInteger();
        CountDownLatch some = new CountDownLatch(EACH);
        Ledger ledger = open(new LedgerOptions(null, null, Duration.ofMillis(5), 100, 20));
        long key = ledger.commit("c1", LedgerRig.hash("1"), LedgerRig.hash("t"));
        Thread closer = Thread.startVirtualThread(() -> {
            try {
                some.await();
                ledger.close();
            } catch (LedgerException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        together(thread -> {
            for (int i = 0; i < EACH; i++) {
                AtomicInteger count = told.get(thread * EACH + i);
                some.countDown();
                ledger.append(answer(thread + "/" + i, key), result -> {
                    count.incrementAndGet();
                    if (result instanceof AppendResult.OnDisk) {
                        onDisk.incrementAndGet();
                    }
                });
            }
        });
        closer.join();
        assertThat(told).allSatisfy(count -> assertThat(count).hasValue(1));
        List<Leaf> leaves = new ArrayList<>();
        LedgerScan.of(directory, 0, (index, leaf, after) -> leaves.add(leaf));
        assertThat(leaves).hasSize(onDisk.get() + 1);
    }

    @Test
    void stalledDiskBlocksNoCaller() throws Exception {
        StallingDisk disk = new StallingDisk();
        LedgerRig rig = new LedgerRig(directory.resolve("stalled"));
        Ledger ledger = Ledger.open(rig.directory, LedgerRig.TERMS, rig.ticker, rig.log::add, disk, LedgerRig.LEVEL);
        ledger.commit("c1", LedgerRig.hash("1"), LedgerRig.hash("t"));
        CountDownLatch told = new CountDownLatch(LedgerRig.TERMS.queue());
        List<AppendResult> results = new ArrayList<>();
        disk.armed.set(true);
        ledger.append(answer("stall", 0), results::add);
        Thread writer = Thread.startVirtualThread(ledger::turn);
        disk.stalled.await();
        assertThat(ledger.writable()).as("a write that has just started").isTrue();
        rig.ticker.advance(Duration.ofMillis(251));
        assertThat(ledger.writable()).as("a write that takes long").isFalse();
        for (int i = 0; i < LedgerRig.TERMS.queue(); i++) {
            ledger.append(answer("m" + i, 0), result -> told.countDown());
        }
        List<AppendResult> full = new ArrayList<>();
        ledger.append(answer("too many", 0), full::add);
        assertThat(full).containsExactly(AppendResult.Failure.QUEUE_FULL);
        disk.free.countDown();
        writer.join();
        assertThat(results).containsExactly(new AppendResult.OnDisk(1));
        assertThat(ledger.writable()).isTrue();
        while (told.getCount() > 0) {
            ledger.turn();
        }
        ledger.close();
    }

    @Test
    void closeWithHungDiskReturnsAndKeepsTheLock() throws Exception {
        StallingDisk disk = new StallingDisk();
        LedgerRig rig = new LedgerRig(directory.resolve("hung"));
        Ledger ledger =
                Ledger.open(rig.directory, LedgerRig.TERMS, Ticker.system(), rig.log::add, disk, LedgerRig.LEVEL);
        ledger.commit("c1", LedgerRig.hash("1"), LedgerRig.hash("t"));
        ledger.start();
        CountDownLatch told = new CountDownLatch(1);
        disk.armed.set(true);
        ledger.append(answer("stall", 0), result -> told.countDown());
        disk.stalled.await();
        assertThatThrownBy(() -> ledger.close(Duration.ofMillis(1)))
                .hasMessage("the ledger could not be closed: the disk does not respond");
        assertThatThrownBy(rig::open).hasMessageContaining("another gateway writes this ledger");
        disk.free.countDown();
        told.await();
        ledger.close();
        assertThat(rig.leaves()).hasSize(2);
    }

    @Test
    void invalidAnswerAndInvalidOptionsAreRejected() throws Exception {
        try (Ledger ledger = open(LedgerOptions.defaults())) {
            assertThatThrownBy(() -> ledger.append(answer("m", 7), result -> {}))
                    .hasMessage("leaf 7 is not the commitment of a key");
        }
        assertThatThrownBy(() -> new LedgerOptions(null, null, Duration.ZERO, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LedgerOptions("a name", null, Duration.ofSeconds(1), 1, 1))
                .hasMessageContaining("no space and no plus sign");
    }

    private Ledger open(LedgerOptions terms) throws LedgerException {
        return Ledger.open(directory, terms, Ticker.system(), line -> {});
    }

    private static MarkedResponse answer(String message, long key) {
        return new MarkedResponse(message, key, 0, new BitSet());
    }

    private interface Work {
        void run(int thread);
    }

    private static void together(Work work) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int thread = t;
            threads.add(Thread.ofPlatform().start(() -> work.run(thread)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** A disk that can be made to stall in the next force until released. */
    private static final class StallingDisk implements Disk {
        private final AtomicBoolean armed = new AtomicBoolean();
        private final CountDownLatch stalled = new CountDownLatch(1);
        private final CountDownLatch free = new CountDownLatch(1);

        @Override
        public Output open(Path file) throws IOException {
            return new StallingOutput(this, Disk.system().open(file));
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            Disk.system().move(from, to);
        }

        @Override
        public void forceDirectory(Path folder) throws IOException {
            Disk.system().forceDirectory(folder);
        }
    }

    private record StallingOutput(StallingDisk disk, Disk.Output real) implements Disk.Output {
        @Override
        public int write(ByteBuffer bytes, long position) throws IOException {
            return real.write(bytes, position);
        }

        @Override
        public void force() throws IOException {
            if (disk.armed.compareAndSet(true, false)) {
                disk.stalled.countDown();
                try {
                    disk.free.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            real.force();
        }

        @Override
        public long size() throws IOException {
            return real.size();
        }

        @Override
        public void truncate(long size) throws IOException {
            real.truncate(size);
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }
}
