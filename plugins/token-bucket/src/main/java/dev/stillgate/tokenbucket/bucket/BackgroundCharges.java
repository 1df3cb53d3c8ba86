package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.tokenbucket.policy.PriceTable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The charges of a background response until its usage is known, and the pieces of it that were delivered. Pieces that
 * begin after different events are added up, since they may be disjoint. Of pieces that begin after the same event, the
 * largest counts. Not thread-safe.
 */
final class BackgroundCharges {
    private static final int MOST_PIECES = 64;
    private static final String PARAMETER = "starting_after";
    private static final Pattern START = Pattern.compile("(?:^|&)" + PARAMETER + "=(\\d{1,18})(?:&|$)");

    /** The start of a stream without {@value #PARAMETER}. */
    private static final long FIRST = -1;

    /** Stands for starts beyond the bound, and for those that only the upstream can tell. */
    private static final long OTHERS = -2;

    /** The charged amounts by limit; corrections under way change them at the same time. */
    private final Map<String, Long> charges;

    private final boolean assumed;
    private final long maxOutput;
    private final Map<Long, Long> outputByStart = new HashMap<>();

    private BackgroundCharges(Map<String, Long> charges, boolean assumed, long maxOutput) {
        this.charges = charges;
        this.assumed = assumed;
        this.maxOutput = maxOutput;
    }

    /**
     * Returns the charges of a response whose reservation was charged.
     *
     * @param charges the charged amounts by limit
     * @param delivered the output delivered so far
     */
    static BackgroundCharges reserved(Map<String, Long> charges, long delivered) {
        BackgroundCharges created = new BackgroundCharges(new ConcurrentHashMap<>(charges), false, 0);
        created.outputByStart.put(FIRST, Math.max(0, delivered));
        return created;
    }

    /** Returns the charges of a response whose reservation is assumed to be charged elsewhere, and stays so. */
    static BackgroundCharges assumed(long maxOutput) {
        return new BackgroundCharges(new ConcurrentHashMap<>(), true, maxOutput);
    }

    boolean isAssumed() {
        return assumed;
    }

    /** Adds a delivered piece; returns the output of all pieces. */
    long add(String query, long output) {
        long start = start(query);
        boolean isKnown = start != OTHERS && (outputByStart.size() < MOST_PIECES || outputByStart.containsKey(start));
        outputByStart.merge(isKnown ? start : OTHERS, Math.max(0, output), isKnown ? Math::max : Long::sum);
        return outputByStart.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Makes a reservation a correction of these charges. */
    void prepare(Reservation reservation, @Nullable PriceTable prices) {
        reservation.earlierCharges = charges;
        reservation.assumesReservation = assumed;
        reservation.output = maxOutput;
        reservation.price = prices == null ? null : prices.of(reservation.modelName);
    }

    /** Returns whether a fetch continues a stream, which only a background response has. */
    static boolean isContinued(String query) {
        return start(query) != FIRST;
    }

    private static long start(String query) {
        if (query.isEmpty()) {
            return FIRST;
        }
        String decoded;
        try {
            decoded = URLDecoder.decode(query, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException invalid) {
            return OTHERS;
        }
        int at = decoded.indexOf(PARAMETER);
        if (at < 0) {
            return FIRST;
        }
        Matcher matcher = START.matcher(decoded);
        boolean once = decoded.indexOf(PARAMETER, at + 1) < 0;
        return once && matcher.find() ? Long.parseLong(matcher.group(1)) : OTHERS;
    }
}
