package dev.stillgate.canary.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The keys in a ledger's directory: {@code signing.pem}, unless it is kept elsewhere, and {@code ledger.pub}. */
final class LedgerKeys {
    private static final String PRIVATE = "signing.pem";
    private static final String PUBLIC = "ledger.pub";
    private static final int MAX_FILE = 4 << 10;

    private LedgerKeys() {}

    /** Returns the key that signs, made when the directory is new. */
    static SigningKey signing(Path directory, LedgerTerms terms, Disk disk) throws IOException {
        Path given = terms.signingKey();
        Path file = given != null ? given : directory.resolve(PRIVATE);
        Path published = directory.resolve(PUBLIC);
        boolean fresh = Files.notExists(published);
        if (fresh && !SegmentFormat.list(directory).isEmpty()) {
            throw new LedgerException(published + ": is missing beside the leaves; put it back from a copy");
        }
        if (fresh && given == null && Files.notExists(file)) {
            SigningKey.make(disk, file);
        }
        SigningKey key = SigningKey.read(
                file, fresh ? terms.origin() : verifier(directory, null).name());
        if (fresh) {
            disk.replace(published, (key.verifier() + "\n").getBytes(StandardCharsets.US_ASCII));
        } else if (!verifier(directory, null).toString().equals(key.verifier().toString())) {
            throw new LedgerException(file + ": is not the key of " + published
                    + "; give the key that began this ledger, or begin another in an empty directory");
        }
        return key;
    }

    /** Returns the key that opens message ids, which is made from the one that signs. */
    static MessageIds messageIds(Path directory, @Nullable Path signingKey) throws LedgerException {
        Path file = signingKey != null ? signingKey : directory.resolve(PRIVATE);
        return SigningKey.read(file, null).messageIds();
    }

    /**
     * Reads a public key.
     *
     * @param file null for the directory's own
     */
    static VerifierKey verifier(Path directory, @Nullable Path file) throws LedgerException {
        Path from = file != null ? file : directory.resolve(PUBLIC);
        try (var in = Files.newInputStream(from)) {
            return VerifierKey.parse(new String(in.readNBytes(MAX_FILE), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw new LedgerException(from + ": no public key of a ledger: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new LedgerException(from + ": the public key cannot be read: " + e, e);
        }
    }
}
