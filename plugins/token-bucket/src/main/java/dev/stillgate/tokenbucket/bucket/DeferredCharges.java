package dev.stillgate.tokenbucket.bucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.PriceTable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Charges for responses that are fetched after they were generated. Each is charged once, however often it is fetched,
 * and to the account that requested it. The output of a batch is charged when its results are first fetched. A
 * background response is charged its reservation, or what is fetched of it if that is more, and corrected when it is
 * first fetched in full. Other stored responses were charged when they were generated.
 *
 * <p>Bounded: the oldest entries are evicted, and their responses keep their earlier charges. Thread-safe.
 */
public final class DeferredCharges {
    private static final int MAX_ENTRIES = 100_000;
    private static final Duration RETENTION = Duration.ofDays(31);

    private final Cache<String, Charges> byResponse;

    DeferredCharges(Executor maintenance) {
        byResponse = Caffeine.newBuilder()
                .maximumSize(MAX_ENTRIES)
                .expireAfterWrite(RETENTION)
                .executor(maintenance)
                .build();
    }

    /**
     * The charges of one response.
     *
     * @param reserved the reserved charges of a background response by limit name; null once its input and output are
     *     known
     * @param money the charged cost in millionths of the currency
     */
    private record Charges(
            Account account,
            @Nullable String model,
            @Nullable Map<String, Long> reserved,
            long input,
            long output,
            long money) {}

    /**
     * Registers a background response that is charged its reservation. Must precede the settlement of the reservation.
     */
    public void addBackground(String responseId, Account account, Reservation reservation) {
        byResponse.put(
                responseId,
                new Charges(account, reservation.modelName, new ConcurrentHashMap<>(reservation.charges()), 0, 0, 0));
    }

    /** Returns who fetches if that account still has the same buckets, perhaps of another tier; else who asked. */
    private static Account payer(Charges before, Account fetcher) {
        Account asked = before.account();
        boolean same = asked.id().equals(fetcher.id()) && asked.keepsState() == fetcher.keepsState();
        return same ? fetcher : asked;
    }

    /** Raises the charges of a background response that was fetched in part to the delivered output. */
    private static Account raise(
            Charges before,
            Map<String, Long> reserved,
            Account fetcher,
            long output,
            @Nullable PriceTable prices,
            Reservation reservation) {
        reservation.hasTokens = true;
        reservation.requests = 1;
        reservation.modelName = before.model();
        reservation.earlierCharges = reserved;
        reservation.onlyRaises = true;
        reservation.setCost(1, 0, output);
        reservation.setMoney(prices == null ? 0 : prices.of(before.model()).ofOutput(output));
        return payer(before, fetcher);
    }

    /**
     * Makes a reservation the correction of the earlier charges of a fetched response, and returns the account to
     * charge; null if there is nothing to charge.
     *
     * @param path the path of the fetch
     * @param input the input as the provider counts it
     * @param prices the prices of models; null if no limit counts cost
     */
    synchronized @Nullable public Account correct(
            Operation operation,
            String path,
            Account fetcher,
            Usage usage,
            long input,
            @Nullable PriceTable prices,
            Reservation reservation) {
        boolean results = operation == Operation.MESSAGE_BATCH_RESULTS || operation == Operation.FILE_CONTENT;
        String key = results ? path : path.substring(path.lastIndexOf('/') + 1);
        Charges before = byResponse.getIfPresent(key);
        Map<String, Long> reserved = before == null ? null : before.reserved();
        if (before != null && reserved != null && usage.source() == Usage.Source.ESTIMATED) {
            return raise(before, reserved, fetcher, usage.output(), prices, reservation);
        }
        if (usage.source() != Usage.Source.EXACT || (before == null && !results)) {
            return null;
        }
        Account account = before == null ? fetcher : payer(before, fetcher);
        long newOutput = Math.clamp(usage.output(), 0, Charge.MAX_AMOUNT);
        // The input of a batch of messages was charged when the batch was sent.
        long newInput = operation == Operation.MESSAGE_BATCH_RESULTS ? 0 : Math.clamp(input, 0, Charge.MAX_AMOUNT);
        long money;
        reservation.hasTokens = true;
        reservation.requests = 1;
        if (before != null && reserved != null) {
            reservation.earlierCharges = reserved;
            reservation.modelName = before.model();
            reservation.setCost(1, newInput, newOutput);
            money = cost(operation, usage, prices, before.model());
            reservation.setMoney(money);
        } else {
            long chargedInput = before == null ? 0 : before.input();
            long chargedOutput = before == null ? 0 : before.output();
            long chargedMoney = before == null ? 0 : before.money();
            reservation.setCost(0, newInput - chargedInput, newOutput - chargedOutput);
            money = cost(operation, usage, prices, before == null ? null : before.model());
            reservation.setMoney(money - chargedMoney);
            money = Math.max(money, chargedMoney);
            newInput = Math.max(newInput, chargedInput);
            newOutput = Math.max(newOutput, chargedOutput);
        }
        String model = before == null ? null : before.model();
        byResponse.put(key, new Charges(account, model, null, newInput, newOutput, money));
        return account;
    }

    private static long cost(Operation operation, Usage usage, @Nullable PriceTable prices, @Nullable String model) {
        if (prices == null) {
            return 0;
        }
        return switch (operation) {
            case MESSAGE_BATCH_RESULTS -> prices.of(model).ofOutput(usage.output());
            default -> prices.of(model).of(Provider.OPENAI, usage, 0);
        };
    }
}
