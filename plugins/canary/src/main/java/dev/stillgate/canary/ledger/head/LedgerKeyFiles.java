package dev.stillgate.canary.ledger.head;

import dev.stillgate.canary.ledger.file.Disk;
import dev.stillgate.canary.ledger.file.LedgerException;
import dev.stillgate.canary.ledger.file.SegmentFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Key files of a ledger's directory: {@code signing.pem}, unless stored elsewhere, and {@code ledger.pub}. */
public final class LedgerKeyFiles {
    private static final String PRIVATE = "signing.pem";

    private LedgerKeyFiles() {}

    /**
     * Returns the signing key, created if the directory is new.
     *
     * @param origin name of a new ledger, or null to derive it from the key
     * @param given file of the signing key, or null for the one in the directory
     */
    public static SigningKey signing(Path directory, @Nullable String origin, @Nullable Path given, Disk disk)
            throws IOException {
        Path file = given != null ? given : directory.resolve(PRIVATE);
        Path published = directory.resolve(VerifierKey.FILE);
        boolean fresh = Files.notExists(published);
        if (fresh && !SegmentFormat.list(directory).isEmpty()) {
            throw new LedgerException(published + ": is missing beside the leaves; restore it from a copy");
        }
        if (fresh && given == null && Files.notExists(file)) {
            SigningKey.make(disk, file);
        }
        SigningKey key = SigningKey.read(
                file, fresh ? origin : VerifierKey.read(published).name());
        if (fresh) {
            disk.replace(published, (key.verifier() + "\n").getBytes(StandardCharsets.US_ASCII));
        } else if (!VerifierKey.read(published).toString().equals(key.verifier().toString())) {
            throw new LedgerException(file + ": is not the key of " + published
                    + "; use the key that began this ledger, or begin another in an empty directory");
        }
        return key;
    }

    /**
     * Returns the hash function for message ids.
     *
     * @param signingKey file of the signing key, or null for the one in the directory
     */
    public static MessageIdHasher messageIds(Path directory, @Nullable Path signingKey) throws LedgerException {
        Path file = signingKey != null ? signingKey : directory.resolve(PRIVATE);
        return SigningKey.read(file, null).messageIds();
    }
}
