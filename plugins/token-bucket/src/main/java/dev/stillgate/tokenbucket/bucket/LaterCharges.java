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
 * What was charged so far for answers that are fetched later, so that each is charged once however often it is fetched,
 * and to the account that asked for it. The output of a batch is charged when its results are first fetched; an answer
 * made in the background is charged what was taken for it, and corrected when it is first fetched whole. Any other
 * stored answer was charged when it was made.
 *
 * <p>Bounded: the oldest are forgotten, and then what was taken for an answer stays its charge.
 */
public final class LaterCharges {
    private static final int MOST = 100_000;
    private static final Duration KEPT = Duration.ofDays(31);

    private final Cache<String, Charged> byAnswer;

    LaterCharges(Executor maintenance) {
        byAnswer = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterWrite(KEPT)
                .executor(maintenance)
                .build();
    }

    /**
     * What was charged for an answer.
     *
     * @param charged what each limit was charged for an answer in the background, by name; null once it is known what
     *     it has cost, which is input and output
     */
    private record Charged(
            Account account,
            @Nullable String model,
            @Nullable Map<String, Long> charged,
            long input,
            long output) {}

    /** Notes an answer that is made in the background and is charged what was taken for it; before that is settled. */
    public void expect(String answerId, Account account, Demand demand) {
        byAnswer.put(answerId, new Charged(account, demand.modelName, demand.charges(), 0, 0));
    }

    /** Returns whether an account has the same buckets still, if perhaps of another tier. */
    private static boolean isSame(Account before, Account now) {
        return before.id().equals(now.id()) && before.keepsState() == now.keepsState();
    }

    /**
     * Returns the account to be charged for an answer that was fetched, and makes the demand a correction of what it
     * was charged before; null when nothing is to be charged.
     *
     * @param path where it was fetched
     * @param input the input as it is counted
     */
    synchronized @Nullable public Account correct(
            Operation operation, String path, Account fetcher, Usage usage, long input, Demand demand) {
        boolean results = operation == Operation.MESSAGE_BATCH_RESULTS || operation == Operation.FILE_CONTENT;
        String key = results ? path : path.substring(path.lastIndexOf('/') + 1);
        Charged before = byAnswer.getIfPresent(key);
        if (usage.source() != Usage.Source.EXACT || (before == null && !results)) {
            return null;
        }
        Account account = before == null || isSame(before.account(), fetcher) ? fetcher : before.account();
        long output = Math.clamp(usage.output(), 0, Charge.MOST);
        // The input of a batch of messages was charged when it was sent.
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
