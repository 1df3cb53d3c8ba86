package dev.stillgate.tokenbucket.bucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Usage;
import dev.stillgate.tokenbucket.policy.Charge;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Charges for responses that are fetched after they were generated. Each is charged once, however often it is fetched,
 * and to the account that requested it. The output of a batch is charged when its results are first fetched. A
 * background response is charged its reservation, and corrected when it is first fetched in full. Other stored
 * responses were charged when they were generated.
 *
 * <p>Bounded: the oldest entries are evicted, and their responses keep their earlier charges. Thread-safe.
 */
public final class DeferredCharges {
    private static final int MOST = 100_000;
    private static final Duration KEPT = Duration.ofDays(31);

    private final Cache<String, Charged> byAnswer;

    DeferredCharges(Executor maintenance) {
        byAnswer = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(KEPT)
                .executor(maintenance)
                .build();
    }

    /**
     * The charges of one response.
     *
     * @param charged the reserved charges of a background response by limit name; null once its input and output are
     *     known
     */
    private record Charged(
            Account account,
            @Nullable String model,
            @Nullable Map<String, Long> charged,
            long input,
            long output) {}

    /**
     * Registers a background response that is charged its reservation. Must precede the settlement of the reservation.
     */
    public void expect(String answerId, Account account, Reservation demand) {
        byAnswer.put(answerId, new Charged(account, demand.modelName, demand.charges(), 0, 0));
    }

    /** Returns whether an account still has the same buckets, perhaps of another tier. */
    private static boolean isSame(Account before, Account now) {
        return before.id().equals(now.id()) && before.keepsState() == now.keepsState();
    }

    /**
     * Makes a reservation the correction of the earlier charges of a fetched response, and returns the account to
     * charge; null if there is nothing to charge.
     *
     * @param path the path of the fetch
     * @param input the input as the provider counts it
     */
    synchronized @Nullable public Account correct(
            Operation operation, String path, Account fetcher, Usage usage, long input, Reservation demand) {
        boolean results = operation == Operation.MESSAGE_BATCH_RESULTS || operation == Operation.FILE_CONTENT;
        String key = results ? path : path.substring(path.lastIndexOf('/') + 1);
        Charged before = byAnswer.getIfPresent(key);
        if (usage.source() != Usage.Source.EXACT || (before == null && !results)) {
            return null;
        }
        Account account = before == null || isSame(before.account(), fetcher) ? fetcher : before.account();
        long output = Math.clamp(usage.output(), 0, Charge.MOST);
        // The input of a batch of messages was charged when the batch was sent.
        long counted = operation == Operation.MESSAGE_BATCH_RESULTS ? 0 : Math.clamp(input, 0, Charge.MOST);
        demand.tokens = true;
        demand.requests = 1;
        if (before != null && before.charged() != null) {
            demand.charged = before.charged();
            demand.modelName = before.model();
            demand.cost(1, counted, output);
        } else {
            long paidInput = before == null ? 0 : before.input();
            long paidOutput = before == null ? 0 : before.output();
            demand.cost(0, counted - paidInput, output - paidOutput);
            counted = Math.max(counted, paidInput);
            output = Math.max(output, paidOutput);
        }
        String model = before == null ? null : before.model();
        byAnswer.put(key, new Charged(account, model, null, counted, output));
        return account;
    }
}
