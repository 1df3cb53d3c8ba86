package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.file.Leaf;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.LedgerScan;
import dev.stillgate.canary.ledger.file.SegmentFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Fuzz target: leaf files, raw or with valid checksums. Each is either rejected as damaged or read completely. */
public final class LedgerFuzz {
    private static final int LEVEL = 4;
    private static final Path DIRECTORY = directory();

    private LedgerFuzz() {}

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory("ledger-fuzz");
            SegmentFormat.file(directory, 0).toFile().deleteOnExit();
            directory.toFile().deleteOnExit(); // registered after the file, because deletion runs in reverse order
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs one input: a kind (file, leaf, or leaves with their lengths) and the data. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 1) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(data, 1, data.length);
        try {
            switch (data[0] & 3) {
                case 0 -> scan(rest);
                case 1 -> leaf(rest);
                default -> scan(written(rest));
            }
        } catch (LedgerException | Leaf.Malformed damaged) {
            // rejected
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void leaf(byte[] bytes) throws Leaf.Malformed {
        if (!Arrays.equals(Leaf.read(bytes).bytes(), bytes)) {
            throw new IllegalStateException("a leaf of two spellings");
        }
    }

    /** Returns a file of leaves with valid checksums; each leaf follows a byte with its length. */
    private static byte[] written(byte[] leaves) {
        ByteBuffer in = ByteBuffer.wrap(leaves);
        ByteBuffer out = ByteBuffer.allocate(SegmentFormat.HEADER + leaves.length * (SegmentFormat.RECORD + 1));
        out.put(SegmentFormat.header(LEVEL, 0));
        while (in.hasRemaining()) {
            byte[] leaf = new byte[Math.min(in.get() & 0xff, in.remaining())];
            in.get(leaf);
            SegmentFormat.record(out, 0, leaf);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static void scan(byte[] file) throws IOException {
        Files.write(SegmentFormat.file(DIRECTORY, 0), file);
        long[] seen = new long[1];
        LedgerScan scan = LedgerScan.of(DIRECTORY, 0, (index, leaf, after) -> {
            if (index != seen[0]++ || after.size() != seen[0]) {
                throw new IllegalStateException("leaf " + index + " is shown as number " + seen[0]);
            }
        });
        if (scan.leaves() != seen[0] || scan.tailOffset() + scan.torn() != file.length) {
            throw new IllegalStateException(scan.leaves() + " leaves, " + scan.tailOffset() + " bytes and "
                    + scan.torn() + " of " + file.length);
        }
    }
}
