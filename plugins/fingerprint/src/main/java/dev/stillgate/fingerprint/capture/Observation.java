package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.PromptFeatures;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What the analysis learns of one exchange: hashes, sketches and counts, no text. Filled in by the exchange's own thread
 * until it is handed to the ring, and not changed afterwards. Times are milliseconds of the epoch; hashes are keyed, 0 is
 * none.
 */
public final class Observation {
    /** No marks. */
    public static final long[] NO_MARKS = {};

    /** The account's id. */
    public String account = "";

    /** Whether state may be kept for the account: forged credentials keep nothing. */
    public boolean keeps;

    /** Whether it is of one request with the observation before it, as the prompts of a batch are. */
    public boolean further;

    public @Nullable String organisation;
    public @Nullable LocalDate created;

    /** When the request came and when its answer ended. */
    public long start;

    public long end;

    /** Whether an answer was delivered, in part at least. */
    public boolean answered;

    /** Header names in order with the values that name the client's software. */
    public long client;

    /** The client's software by its own account, without versions: for reports. */
    public String software = "";

    /** Hash of what the client's software says it is. */
    public long claim;

    /** Hash of the ClientHello's fingerprint. */
    public long ja4;

    /** Hash of the names of the connection's first header fields in their order. */
    public long order;

    /** Hash of how the connection began HTTP/2. */
    public long preface;

    public @Nullable String country;
    public long asn;

    /** Hash of the address's network: /24 of IPv4, /48 of IPv6. */
    public long network;

    /** Hash of the block in which the network lies: /16 of IPv4, /32 of IPv6. */
    public long block;

    /** Whether the address is known as hosting, or as an anonymiser. */
    public boolean hosting;

    public boolean anonymised;

    /** The model asked for, null when there is none. */
    public @Nullable String model;

    /** Hash of the sampling parameters and switches of the request, without the model. */
    public long shape;

    /** Tokens that the answer may have, -1 when the request does not say. */
    public long maxTokens = -1;

    /** NaN when the request does not say. */
    public double temperature = Double.NaN;

    public boolean stream;

    /** Whether log-probabilities or several answers were asked for. */
    public boolean probing;

    /** What the prompt says; null for a request without one that is read. */
    public @Nullable PromptFeatures prompt;

    /** The beginning of the prompt, redacted; null unless the policy asks for samples and the account is watched. */
    public @Nullable String sample;

    /** Marks of the assistant's turns in the history, the newest last; at most 8. */
    public long[] cited = NO_MARKS;

    /** Marks of the answer that was delivered. */
    public long[] issued = NO_MARKS;

    public long inputTokens;
    public long outputTokens;

    /** Characters of the answer by kind. */
    public long proseChars;

    public long codeChars;
    public long toolChars;

    /** The reading of the prompt's text that is under way beside the exchange, if there is one. */
    @Nullable
    public PromptReadTask reading;

    /** Returns the 24 bits that are kept of a value's hash; never 0. */
    public static int kept(long hash) {
        return (int) (hash >>> 40) | 1;
    }

    /** Returns what is kept of a value's hash, in the eight hexadecimal digits that reports show. */
    static String digits(long hash) {
        return String.format("%08x", kept(hash));
    }
}
