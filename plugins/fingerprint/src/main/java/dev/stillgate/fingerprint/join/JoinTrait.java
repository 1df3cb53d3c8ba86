package dev.stillgate.fingerprint.join;

import dev.stillgate.fingerprint.capture.Dialect;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.text.PromptFeatures;
import org.jspecify.annotations.Nullable;

/** Trait of a conversation start. Values are 24-bit codes: odd for a truncated hash, even for a number or for none. */
public enum JoinTrait {
    PATH(Side.ASKED),
    SYSTEM(Side.ASKED),
    SYSTEM_LIKE(Side.ASKED),
    TOOLS(Side.ASKED),
    OPENING(Side.ASKED),
    SKETCH_A(Side.ASKED),
    SKETCH_B(Side.ASKED),
    SKETCH_C(Side.ASKED),
    LENGTH(Side.ASKED),
    MODEL(Side.ASKED),
    MAX_TOKENS(Side.ASKED),
    TEMPERATURE(Side.ASKED),
    STREAM(Side.ASKED),
    SHAPE(Side.ASKED),
    CLIENT(Side.ORIGIN),
    JA4(Side.ORIGIN),
    HEADER_ORDER(Side.ORIGIN),
    PREFACE(Side.ORIGIN),
    CLAIM(Side.ORIGIN),
    BLOCK(Side.ORIGIN),
    ASN(Side.ORIGIN),
    NETWORK(Side.ORIGIN),
    CLAIM_JA4(Side.ORIGIN);

    /** Number of traits. */
    public static final int COUNT = 23;

    /** Value of a trait that the conversation starts so far do not show. */
    public static final int UNKNOWN = 0;

    /** Value of a trait that is known to be absent, such as a system prompt. */
    static final int NONE = 2;

    /** Odd multiplier of Fibonacci hashing: 2^64 over the golden ratio (D. E. Knuth, TAOCP 3, section 6.4). */
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private static final Dialect[] DIALECTS = Dialect.values();

    private final Side side;

    JoinTrait(Side side) {
        this.side = side;
    }

    /** Side of the evidence. */
    public enum Side {
        /** Content of the requests. */
        ASKED,
        /** Client and network of the requests. */
        ORIGIN
    }

    public Side side() {
        return side;
    }

    /** Returns the position of the trait's columns, from 0. */
    @SuppressWarnings("EnumOrdinal") // constants are only appended, since files hold the position
    public int place() {
        return ordinal();
    }

    /** Returns the value of the trait in a conversation start, {@link #UNKNOWN} if the start does not show it. */
    public int of(Observation seen, PromptFeatures prompt) {
        boolean isRead = prompt.analysedChars > 0;
        return switch (this) {
            case PATH -> number(seen.dialect.code());
            case SYSTEM -> prompt.system == 0 && isRead ? NONE : hash(prompt.system);
            case SYSTEM_LIKE -> hash(prompt.systemShingle);
            case TOOLS -> prompt.tools == 0 ? NONE : hash(prompt.tools);
            case OPENING -> isFirstTurn(prompt) ? hash(prompt.opening) : UNKNOWN;
            case SKETCH_A -> sketch(prompt, 0);
            case SKETCH_B -> sketch(prompt, 1);
            case SKETCH_C -> sketch(prompt, 2);
            case LENGTH ->
                isFirstTurn(prompt) ? number(Integer.SIZE - Integer.numberOfLeadingZeros(prompt.newChars)) : UNKNOWN;
            case MODEL -> text(seen.model);
            case MAX_TOKENS -> seen.maxTokens < 0 ? NONE : hash((seen.maxTokens + 1) * GOLDEN);
            case TEMPERATURE ->
                Double.isNaN(seen.temperature) ? NONE : hash((Double.doubleToLongBits(seen.temperature) + 1) * GOLDEN);
            case STREAM -> number(seen.stream ? 1 : 0);
            case SHAPE -> hash(seen.shape);
            case CLIENT -> hash(seen.client);
            case JA4 -> hash(seen.ja4);
            case HEADER_ORDER -> hash(seen.order);
            case PREFACE -> hash(seen.preface);
            case CLAIM -> hash(seen.claim);
            case BLOCK -> hash(seen.block);
            case ASN -> hash(seen.asn * GOLDEN);
            case NETWORK -> hash(seen.network);
            // two common values can be rare together: software that speaks TLS unlike the software that it claims to be
            case CLAIM_JA4 ->
                seen.claim == 0 || seen.ja4 == 0 ? UNKNOWN : hash((seen.claim ^ seen.ja4 * GOLDEN) * GOLDEN);
        };
    }

    /** Returns whether a number is a value of {@link #PATH}, or unknown. */
    static boolean isPath(int value) {
        return value == UNKNOWN || (value > NONE && value % 2 == 0 && value <= number(DIALECTS.length - 1));
    }

    /** Returns the API of a first value of {@link #PATH}. */
    static Dialect dialect(int path) {
        return path == UNKNOWN ? Dialect.OTHER : DIALECTS[(path - NONE) / 2 - 1];
    }

    private static boolean isFirstTurn(PromptFeatures prompt) {
        return prompt.analysedChars > 0 && prompt.assistantTurns == 0;
    }

    private static int sketch(PromptFeatures prompt, int slot) {
        return isFirstTurn(prompt) ? hash((prompt.sketch[slot] & 0xffff_ffffL) * GOLDEN) : UNKNOWN;
    }

    private static int text(@Nullable String text) {
        return text == null ? NONE : hash(((text.hashCode() & 0xffff_ffffL) + 1) * GOLDEN);
    }

    private static int hash(long hash) {
        return hash == 0 ? UNKNOWN : Observation.kept(hash);
    }

    private static int number(int number) {
        return NONE + 2 * (number + 1);
    }
}
