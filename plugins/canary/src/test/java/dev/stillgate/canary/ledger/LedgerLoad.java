package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.bundle.EvidenceBundle;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.SegmentFormat;
import dev.stillgate.canary.ledger.head.VerifierKey;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Measures the latency of appending answers, and the time to open, check and export a large ledger. */
final class LedgerLoad {
    private static final int SITES = 60;

    private final long[] nanos;
    private final AtomicInteger measured = new AtomicInteger();

    private LedgerLoad(int leaves) {
        this.nanos = new long[leaves];
    }

    /**
     * Runs the measurement.
     *
     * @param args empty directory, leaves to time at each number in flight, leaves of the large ledger
     */
    public static void main(String[] args) throws Exception {
        Path parent = Path.of(args[0]);
        int timed = Integer.parseInt(args[1]);
        System.out.println("under way   leaves/s   p50 ms   p99 ms");
        for (int underWay : new int[] {1, 8, 64, 512, 4096}) {
            int leaves = Math.min(timed, underWay * 200);
            LedgerLoad load = new LedgerLoad(leaves);
            double seconds = load.run(parent.resolve("load-" + underWay), underWay);
            Arrays.sort(load.nanos);
            System.out.printf(
                    "%9d %10.0f %8.2f %8.2f%n",
                    underWay, leaves / seconds, load.nanos[leaves / 2] / 1e6, load.nanos[leaves * 99 / 100] / 1e6);
        }
        large(parent.resolve("large"), Integer.parseInt(args[2]));
    }

    private double run(Path directory, int underWay) throws LedgerException, InterruptedException {
        LedgerOptions terms = new LedgerOptions(null, null, Duration.ofSeconds(1), 65_536, 65_536);
        try (Ledger ledger = Ledger.open(directory, terms, Ticker.system(), System.err::println)) {
            long key = ledger.commit("load", LedgerRig.hash("key"), LedgerRig.hash("table"));
            Semaphore room = new Semaphore(underWay);
            long start = System.nanoTime();
            for (int i = 0; i < nanos.length; i++) {
                room.acquire();
                long sent = System.nanoTime();
                BitSet forms = BitSet.valueOf(new long[] {i});
                ledger.append(new MarkedResponse("msg_" + i, key, SITES, forms), result -> {
                    nanos[measured.getAndIncrement()] = System.nanoTime() - sent;
                    if (!(result instanceof AppendResult.OnDisk)) {
                        System.err.println(result);
                    }
                    room.release();
                });
            }
            room.acquire(underWay);
            return (System.nanoTime() - start) / 1e9;
        }
    }

    private static void large(Path directory, int leaves) throws IOException, InterruptedException {
        LedgerLoad load = new LedgerLoad(leaves);
        System.out.printf("%d leaves: written in %.1f s", leaves, load.run(directory, 16_384));
        long start = System.nanoTime();
        Ledger.open(directory, LedgerOptions.defaults(), Ticker.system(), System.err::println)
                .close();
        System.out.printf(", opened in %.1f s", (System.nanoTime() - start) / 1e9);
        start = System.nanoTime();
        LedgerCheck.of(directory, VerifierKey.read(directory.resolve(VerifierKey.FILE)), List.of());
        System.out.printf(", verified in %.1f s", (System.nanoTime() - start) / 1e9);
        start = System.nanoTime();
        EvidenceBundle.gather(
                directory, "load", Set.of(), Set.of("msg_0", "msg_" + leaves / 2, "msg_" + (leaves - 1)), null, null);
        System.out.printf(", 3 answers exported in %.1f s", (System.nanoTime() - start) / 1e9);
        System.out.printf(
                ", at most %d MB of heap, %.0f bytes a leaf%n",
                Runtime.getRuntime().maxMemory() >> 20, size(directory) / (double) leaves);
    }

    private static long size(Path directory) throws IOException {
        long size = 0;
        for (Path file : SegmentFormat.list(directory).values()) {
            size += Files.size(file);
        }
        return size;
    }
}
