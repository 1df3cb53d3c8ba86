package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.head.LedgerKeyFiles;
import dev.stillgate.canary.ledger.head.MessageIdHasher;
import dev.stillgate.canary.ledger.head.VerifierKey;
import dev.stillgate.canary.ledger.tree.Hash;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Kills {@link CrashWriter} processes at random moments. After each kill the ledger must be sound and hold every
 * acknowledged leaf of this and all earlier processes. A directory is used for 50 processes.
 */
final class CrashRounds {
    private static final int LIVES = 50;

    private final Path parent;
    private final List<String> tracer;
    private final Random random;
    private final Map<Long, Long> acknowledged = new HashMap<>();
    private Path directory;
    private long nextMessage;
    private long leaves;
    private long kept;
    private long surplus;
    private long torn;
    private long unacknowledged;

    private CrashRounds(Path parent, long seed, List<String> tracer) {
        this.parent = parent;
        this.directory = parent;
        this.random = new Random(seed);
        this.tracer = tracer;
    }

    /**
     * Runs the rounds.
     *
     * @param args directory for ledgers, number of rounds, seed, longest lifetime in milliseconds, and optionally a
     *     command that
     * runs the writers, such as strace
     */
    public static void main(String[] args) throws Exception {
        CrashRounds rounds = new CrashRounds(
                Path.of(args[0]), Long.parseLong(args[2]), List.of(args).subList(4, args.length));
        int count = Integer.parseInt(args[1]);
        for (int round = 0; round < count; round++) {
            if (round % LIVES == 0) {
                rounds.begin(round);
            }
            rounds.live(Integer.parseInt(args[3]));
            rounds.check(round);
        }
        System.out.printf(
                "seed %s: %d rounds, every one sound; %d leaves acknowledged, none lost; %d rounds left an unfinished write,"
                        + " %d leaves had come on the disk and were not acknowledged yet%n",
                args[2],
                count,
                rounds.kept + rounds.acknowledged.size(),
                rounds.torn,
                rounds.surplus + rounds.unacknowledged);
    }

    private void begin(int round) throws IOException {
        kept += acknowledged.size();
        surplus += unacknowledged;
        unacknowledged = 0;
        acknowledged.clear();
        delete(directory.equals(parent) ? parent.resolve("none") : directory);
        directory = parent.resolve("ledger-" + round);
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (var files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            }
        }
    }

    private void live(int longest) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(tracer);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CrashWriter.class.getName()));
        command.addAll(List.of(directory.toString(), Long.toString(nextMessage)));
        Path said = parent.resolve("said");
        Process writer =
                new ProcessBuilder(command).redirectError(said.toFile()).start();
        CountDownLatch first = new CountDownLatch(random.nextInt(5) == 0 ? 0 : 1);
        Thread killer = Thread.startVirtualThread(() -> kill(writer, first, longest));
        long before = nextMessage;
        try (DataInputStream in = new DataInputStream(writer.getInputStream())) {
            while (true) {
                long index = in.readLong();
                long message = in.readLong();
                first.countDown();
                require(acknowledged.put(index, message) == null, "leaf " + index + " was acknowledged twice");
                nextMessage = Math.max(nextMessage, message + 1);
            }
        } catch (EOFException e) {
            // The process has ended.
        }
        killer.join();
        int status = writer.waitFor();
        require(status == 137, "the writer ended by itself with " + status + ": " + Files.readString(said));
        nextMessage = Math.max(nextMessage, before) + 100_000; // numbers in flight are not reused
    }

    /** Kills at a random moment: one process in five at any time from its start, the others once there are leaves. */
    private void kill(Process writer, CountDownLatch first, int longest) {
        try {
            first.await(30, TimeUnit.SECONDS);
            Thread.sleep(random.nextInt(longest)); // a random moment is the point of the test
            writer.descendants().forEach(ProcessHandle::destroyForcibly);
            writer.toHandle().destroyForcibly(); // destroy() of Process would close the pipe and lose leaves
            writer.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void check(int round) {
        try {
            Path key = directory.resolve(VerifierKey.FILE);
            if (Files.notExists(key)) {
                require(acknowledged.isEmpty(), "leaves without a key");
                return;
            }
            LedgerCheck.Findings found = LedgerCheck.of(directory, VerifierKey.read(key), List.of());
            torn += found.torn() > 0 ? 1 : 0;
            unacknowledged = found.answers() - acknowledged.size();
            leaves = found.leaves();
            MessageIdHasher ids = LedgerKeyFiles.messageIds(directory, null);
            Map<Long, Long> missing = new HashMap<>(acknowledged);
            LedgerScan.of(directory, 0, (index, leaf, after) -> {
                Long message = missing.remove(index);
                if (message != null) {
                    Hash hash = ((Leaf.Response) leaf).message();
                    require(hash.equals(ids.hash("msg_" + message)), "leaf " + index + " is another");
                }
            });
            require(
                    missing.isEmpty(),
                    missing.size() + " acknowledged leaves are lost, such as "
                            + missing.keySet().stream().findFirst().orElse(-1L));
        } catch (IOException e) {
            throw new UncheckedIOException("round " + round + " in " + directory + ", " + leaves + " leaves before", e);
        }
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException(directory + ": " + what);
        }
    }
}
