package dev.stillgate.canary.ledger.head;

import dev.stillgate.canary.ledger.file.Disk;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.tree.Hash;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files of signed heads: {@code checkpoint} is the latest; {@code heads/} keeps the first after each opening, one per
 * hour, and the last. Not thread-safe.
 */
public final class HeadFiles {
    private static final String LATEST = "checkpoint";
    private static final String KEPT = "heads";
    private static final long KEEP_NANOS = Duration.ofHours(1).toNanos();

    private final Disk disk;
    private final Path directory;
    private final SigningKey key;
    private final Ticker ticker;
    private boolean kept;
    private long keptAt;

    public HeadFiles(Disk disk, Path directory, SigningKey key, Ticker ticker) {
        this.disk = disk;
        this.directory = directory;
        this.key = key;
        this.ticker = ticker;
    }

    /** Signs a head and writes it to disk. */
    public SignedHead write(long size, Hash root, boolean last) throws IOException {
        SignedHead head = key.sign(new TreeHead(key.verifier().name(), size, root));
        byte[] note = head.note().getBytes(StandardCharsets.UTF_8);
        disk.replace(directory.resolve(LATEST), note);
        long now = ticker.nanos();
        if (last || !kept || now - keptAt >= KEEP_NANOS) {
            Path folder = Files.createDirectories(directory.resolve(KEPT));
            disk.replace(folder.resolve("%012d.note".formatted(size)), note);
            kept = true;
            keptAt = now;
        }
        return head;
    }

    /** Checks that a tree has the root of a signed head. */
    public static void checkRoot(Path directory, SignedHead head, Hash root) throws LedgerException {
        if (!root.equals(head.head().root())) {
            throw new LedgerException(directory + ": the first " + head.head().size() + " leaves have the root " + root
                    + ", but the signed root is " + head.head().root()
                    + ": leaves were changed; restore the directory from a copy");
        }
    }

    /** Reads the latest head, or returns null if there is none. */
    static @Nullable public SignedHead latest(Path directory, VerifierKey key) throws IOException {
        Path file = directory.resolve(LATEST);
        return Files.exists(file) ? read(file, key) : null;
    }

    /** Reads the kept heads, smallest first. */
    public static List<SignedHead> kept(Path directory, VerifierKey key) throws IOException {
        List<SignedHead> heads = new ArrayList<>();
        Path folder = directory.resolve(KEPT);
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.note")) {
                for (Path file : files) {
                    heads.add(read(file, key));
                }
            }
        }
        heads.sort(Comparator.comparingLong(head -> head.head().size()));
        return heads;
    }

    /** Reads a head that the key has signed. */
    public static SignedHead read(Path file, VerifierKey key) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] note = in.readNBytes(SignedHead.MAX_NOTE);
            return SignedHead.read(new String(note, StandardCharsets.UTF_8), key);
        } catch (IllegalArgumentException e) {
            throw new LedgerException(file + ": " + e.getMessage() + "; restore it from a copy", e);
        }
    }
}
