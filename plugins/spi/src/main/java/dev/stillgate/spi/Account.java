package dev.stillgate.spi;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The account that a credential belongs to. Only a keyed hash of the credential is kept, never the credential.
 *
 * @param id the id in {@code accounts.yaml}; {@code h1:} and 32 hex digits for an unlisted credential;
 *     {@code anonymous} for a request without a credential
 * @param trust how much is known of the account
 * @param organisation the organisation the account belongs to, null when unknown
 * @param tier the tier whose limits apply, null when unknown
 * @param verified whether the operator has verified the customer behind the account
 * @param created when the account was opened, to the second, null when unknown; midnight UTC if only the day is known
 * @param facts hashes of registration facts by name, such as {@code payment}; equal hashes are equal facts. They come
 *     from the operator's file alone, so a request cannot set them. At most {@value #MAX_FACTS}, immutable
 * @param region the customer's region as the operator names it, null when unknown
 * @param access restrictions of the account, null for none
 */
public record Account(
        String id,
        Trust trust,
        @Nullable String organisation,
        @Nullable String tier,
        boolean verified,
        @Nullable Instant created,
        Map<String, String> facts,
        @Nullable String region,
        @Nullable Access access) {

    /** Name of the fact of decoys, keys that the operator leaks on purpose. */
    public static final String DECOY = "decoy";

    /** The maximum number of facts of an account. */
    public static final int MAX_FACTS = 16;

    /** The account of every request that carries no credential. */
    public static final Account ANONYMOUS = new Account("anonymous", Trust.NONE, null, null, false, null);

    public Account {
        facts = Map.copyOf(facts);
    }

    /** Creates an account without a region and restrictions. */
    public Account(
            String id,
            Trust trust,
            @Nullable String organisation,
            @Nullable String tier,
            boolean verified,
            @Nullable Instant created,
            Map<String, String> facts) {
        this(id, trust, organisation, tier, verified, created, facts, null, null);
    }

    /** Creates an account without registration facts, region and restrictions. */
    public Account(
            String id,
            Trust trust,
            @Nullable String organisation,
            @Nullable String tier,
            boolean verified,
            @Nullable Instant created) {
        this(id, trust, organisation, tier, verified, created, Map.of());
    }

    /** Returns whether filters may keep state for the account; no state is kept for provisional or anonymous ones. */
    public boolean keepsState() {
        return trust == Trust.LISTED || trust == Trust.ACCEPTED;
    }

    /** How much is known of an account. */
    public enum Trust {
        /** No credential was sent. */
        NONE,
        /** An unlisted credential that the upstream has not accepted yet, so it may be forged. */
        PROVISIONAL,
        /** An unlisted credential that is genuine: the upstream has served a request with it, or its token was verified. */
        ACCEPTED,
        /** Listed in {@code accounts.yaml}. */
        LISTED
    }
}
