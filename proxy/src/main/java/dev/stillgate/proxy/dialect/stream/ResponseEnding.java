package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ProviderVerdict.Kind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The end of a response as its provider reports it: the finish reason, and the provider's own judgement. Texts are cut
 * to {@value #MAX} bytes. Of several reasons the last one counts, but a refusal or filter before all others, because one
 * of several choices can be filtered. Reusable; not thread-safe. Allocates only when it is asked.
 */
public final class ResponseEnding {
    public static final int MAX = 64;

    private static final byte[] REFUSAL = "refusal".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CONTENT_FILTER = "content_filter".getBytes(StandardCharsets.US_ASCII);

    /** Finish reasons of the Gemini API that say that a filter has cut a candidate. */
    private static final List<byte[]> FILTERS = Stream.of(
                    "SAFETY",
                    "RECITATION",
                    "BLOCKLIST",
                    "PROHIBITED_CONTENT",
                    "SPII",
                    "IMAGE_SAFETY",
                    "IMAGE_RECITATION",
                    "IMAGE_PROHIBITED_CONTENT",
                    "MODEL_ARMOR")
            .map(name -> name.getBytes(StandardCharsets.US_ASCII))
            .toList();

    private final byte[] reason = new byte[MAX];
    private final byte[] category = new byte[MAX];
    private int reasonLength;
    private int categoryLength;
    private boolean refused;
    private boolean filtered;
    private boolean fallback;

    /** Whether the reason is a refusal or a filter. */
    private boolean reasonJudges;

    /** Clears the state for another response. */
    public void reset() {
        reasonLength = 0;
        categoryLength = 0;
        refused = false;
        filtered = false;
        fallback = false;
        reasonJudges = false;
    }

    /** Records why a response or choice ended. */
    public void reason(byte[] buf, int from, int to) {
        boolean filter = same(CONTENT_FILTER, buf, from, to);
        boolean refusal = same(REFUSAL, buf, from, to);
        filtered |= filter;
        refused |= refusal;
        if (filter || refusal || !reasonJudges) {
            reasonLength = keep(reason, buf, from, to);
            reasonJudges = filter || refusal;
        }
    }

    /** Records why the Gemini API has ended a candidate. The name of a filter is also the category. */
    public void candidate(byte[] buf, int from, int to) {
        boolean filter = FILTERS.stream().anyMatch(name -> same(name, buf, from, to));
        if (filter) {
            filtered = true;
            category(buf, from, to);
        }
        if (filter || !reasonJudges) {
            reasonLength = keep(reason, buf, from, to);
            reasonJudges = filter;
        }
    }

    /** Records why the Gemini API has refused a prompt. */
    public void blocked(byte[] buf, int from, int to) {
        refused = true;
        category(buf, from, to);
        reasonLength = keep(reason, buf, from, to);
        reasonJudges = true;
    }

    /** Records the category of a refusal. */
    public void category(byte[] buf, int from, int to) {
        categoryLength = keep(category, buf, from, to);
    }

    /** Records a text in which the model says that it refuses. */
    public void refusalText() {
        refused = true;
    }

    /** Records that another model answers in place of one that refused. */
    public void fallback() {
        fallback = true;
    }

    private static boolean same(byte[] text, byte[] buf, int from, int to) {
        return Arrays.equals(text, 0, text.length, buf, from, to);
    }

    /** Copies a text with other characters than letters, digits and {@code ._:-} replaced; returns its length. */
    private static int keep(byte[] target, byte[] buf, int from, int to) {
        int length = Math.min(to - from, MAX);
        for (int i = 0; i < length; i++) {
            byte b = buf[from + i];
            boolean safe = (b >= 'a' && b <= 'z')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= '0' && b <= '9')
                    || b == '.'
                    || b == '_'
                    || b == ':'
                    || b == '-';
            target[i] = safe ? b : (byte) '_';
        }
        return length;
    }

    /** Returns why the response ended, or null while that is unknown. */
    public @Nullable String reason() {
        return reasonLength == 0 ? null : new String(reason, 0, reasonLength, StandardCharsets.US_ASCII);
    }

    /** Returns the provider's judgement so far. */
    public ProviderVerdict verdict() {
        Kind kind = refused ? Kind.REFUSAL : filtered ? Kind.CONTENT_FILTER : fallback ? Kind.FALLBACK : Kind.NONE;
        return kind == Kind.NONE
                ? ProviderVerdict.NONE
                : new ProviderVerdict(
                        kind,
                        categoryLength == 0
                                ? null
                                : new String(category, 0, categoryLength, StandardCharsets.US_ASCII));
    }
}
