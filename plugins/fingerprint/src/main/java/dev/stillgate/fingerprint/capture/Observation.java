package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.PromptFeatures;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Record of one exchange for the analysis: hashes, sketches and counts, and no text but a redacted sample. Filled by
 * the event loop of the exchange and the task that reads its text; not changed after it was queued. Times are
 * milliseconds since the epoch; hashes are keyed, 0 means none.
 */
public final class Observation {
    /** No marks. */
    public static final long[] NO_MARKS = {};

    public String account = "";

    /** Whether state may be kept for the account; none is kept for forged credentials. */
    public boolean keepsState;

    /** Whether the observation is of the same request as the one before, as with the prompts of a batch. */
    public boolean sameRequest;

    public @Nullable String organisation;

    /** Whether the operator has verified the customer behind the account. */
    public boolean verified;

    /** Tier whose limits apply, null when unknown. */
    public @Nullable String tier;

    public Dialect dialect = Dialect.OTHER;

    /** When the account was opened, null when unknown. */
    public @Nullable Instant created;

    /** Hashes of registration facts by name; the account's own map. */
    public Map<String, String> facts = Map.of();

    /** Start of the request and end of the response. */
    public long start;

    public long end;

    /** Whether a response was delivered, at least in part. */
    public boolean answered;

    /** Whether the response was read for the provider's own judgement; those of batches are not. */
    public boolean judged;

    /** Whether the provider itself refused the prompt, or its filter cut the response. */
    public boolean declined;

    /** Number of prompts refused because of the account's standing, 0 for none. */
    public int refusedPrompts;

    /**
     * Whether the request was refused before its prompt was read, or may not be of its account. Only the account, the
     * time and {@link #refusedPrompts} count then.
     */
    public boolean unread;

    /** Hash of the header field names in order, with the values that identify the client's software. */
    public long client;

    /** Client software as named by the client, without a version; for reports. */
    public String software = "";

    /** Hash of the software that the client claims to be. */
    public long claim;

    /** Hash of the ClientHello's fingerprint. */
    public long ja4;

    /** Hash of the names of the connection's first header fields in their order. */
    public long order;

    /** Hash of how the connection began HTTP/2. */
    public long preface;

    public @Nullable String country;
    public long asn;

    /** Name of the autonomous system's operator; null when unknown. */
    public @Nullable String operator;

    /** Hash of the address's network: /24 of IPv4, /48 of IPv6. */
    public long network;

    /** Hash of the address's block: /16 of IPv4, /32 of IPv6. */
    public long block;

    /** Whether the address belongs to a hosting provider, and whether to an anonymiser. */
    public boolean hosting;

    public boolean anonymised;

    /** Hash of the id of the person who asks, 0 if the request names none with a random id. */
    public long person;

    /** Requested model, null for none. */
    public @Nullable String model;

    /** Hash of the request's sampling parameters and switches, without the model. */
    public long shape;

    /** Maximum number of output tokens, -1 when the request sets none. */
    public long maxTokens = -1;

    /** Sampling temperature, NaN when the request sets none. */
    public double temperature = Double.NaN;

    public boolean stream;

    /** Whether the request asks for log-probabilities or several choices. */
    public boolean probing;

    /** Features of the prompt; null for a request whose prompt is not read. */
    public @Nullable PromptFeatures prompt;

    /** Redacted beginning of the prompt; null unless the policy asks for samples and the account is marked. */
    public @Nullable String sample;

    /** Marks of the responses that the prompt cites, the newest last; at most 8. */
    public long[] cited = NO_MARKS;

    /** Marks of the delivered response. */
    public long[] issued = NO_MARKS;

    public long inputTokens;
    public long outputTokens;

    /** Output tokens of prose that left with a mark. */
    public long markedTokens;

    /** Characters of the response by kind. */
    public long proseChars;

    public long codeChars;
    public long toolChars;

    /** Task that reads the prompt's text in the background, null for none. */
    @Nullable
    public PromptReadTask readTask;

    /** Returns the 24 bits of a hash that are kept of a value; never 0. */
    public static int kept(long hash) {
        return (int) (hash >>> 40) | 1;
    }

    /** Returns the kept bits of a hash as the eight hexadecimal digits that reports show. */
    static String digits(long hash) {
        return String.format("%08x", kept(hash));
    }
}
