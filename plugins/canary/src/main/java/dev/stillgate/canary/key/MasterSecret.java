package dev.stillgate.canary.key;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The secret from which every canary key is derived. It is never part of the configuration: its owner can forge marks,
 * and can remove them.
 */
public final class MasterSecret {
    /** The environment variable that is read if no file is given. */
    public static final String VARIABLE = "STILLGATE_CANARY_SECRET";

    /**
     * The environment variable that refuses the published test secret: a running gateway does not see a secret that is
     * added to its environment later, and would mark with the test secret when a policy adds the filter.
     */
    static final String REQUIRED = "STILLGATE_CANARY_SECRET_REQUIRED";

    private static final int MIN_BYTES = 16;
    private static final int MAX_BYTES = 4096;
    /** The default secret. It is public, so marks made with it prove nothing. */
    private static final byte[] TEST =
            "stillgate published test secret, proof of nothing".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;
    private final boolean test;

    private MasterSecret(byte[] bytes, boolean test) {
        this.bytes = bytes;
        this.test = test;
    }

    /** Returns the published test secret. */
    public static MasterSecret test() {
        return new MasterSecret(TEST, true);
    }

    /**
     * Returns the secret of these bytes.
     *
     * @throws IllegalArgumentException if there are fewer than 16 or more than 4,096 bytes
     */
    public static MasterSecret of(byte[] bytes) {
        if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a master secret has " + MIN_BYTES + " to " + MAX_BYTES + " bytes, not " + bytes.length);
        }
        return new MasterSecret(bytes.clone(), Arrays.equals(bytes, TEST));
    }

    /**
     * Returns the secret of a file, else of {@code $STILLGATE_CANARY_SECRET}, else the published test secret. Trailing
     * line breaks are dropped.
     *
     * @throws IOException if the file cannot be read, the secret has fewer than 16 or more than 4,096 bytes, or it is
     *     the published one and {@code $STILLGATE_CANARY_SECRET_REQUIRED} refuses that
     */
    public static MasterSecret read(@Nullable Path file, Map<String, String> environment) throws IOException {
        MasterSecret secret = find(file, environment);
        if (secret.isTest() && isSet(environment.getOrDefault(REQUIRED, ""))) {
            throw new IOException("the published test secret is refused by $" + REQUIRED
                    + ": name a secretFile, or start with $" + VARIABLE);
        }
        return secret;
    }

    /** Returns whether a switch is on: with any value except {@code false}, since a slip must not turn it off. */
    private static boolean isSet(String value) {
        return !value.isEmpty() && !value.equalsIgnoreCase("false");
    }

    private static MasterSecret find(@Nullable Path file, Map<String, String> environment) throws IOException {
        String variable = environment.get(VARIABLE);
        if (file == null && (variable == null || variable.isEmpty())) {
            return test();
        }
        byte[] found;
        if (file != null) {
            try (InputStream in = Files.newInputStream(file)) {
                found = in.readNBytes(MAX_BYTES + 3);
            } catch (NoSuchFileException e) {
                throw new IOException(file + ": does not exist", e);
            }
        } else {
            found = String.valueOf(variable).getBytes(StandardCharsets.UTF_8);
        }
        int end = found.length;
        while (end > 0 && (found[end - 1] == '\n' || found[end - 1] == '\r')) {
            end--;
        }
        try {
            return of(Arrays.copyOf(found, end));
        } catch (IllegalArgumentException e) {
            throw new IOException((file != null ? file.toString() : "$" + VARIABLE) + ": " + e.getMessage(), e);
        }
    }

    /** Returns whether this is the published test secret. */
    public boolean isTest() {
        return test;
    }

    /** Returns a copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public String toString() {
        return test ? "the published test secret" : "a master secret";
    }
}
