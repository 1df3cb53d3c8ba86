package dev.stillgate.tokenbucket.bucket;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.DeferredResponse;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Operation.Kind;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import dev.stillgate.tokenbucket.policy.Price;
import dev.stillgate.tokenbucket.policy.PriceTable;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Charges for responses that are fetched after they were generated. Each is charged once, however often it is fetched,
 * and to the account that requested it. The output of a batch is charged when its results are first fetched. A
 * background response is charged its reservation, or what is fetched of it if that is more, and corrected when it is
 * first fetched in full. Other stored responses were charged when they were generated.
 *
 * <p>A background response without an entry was requested at another gateway, before a restart, or by a client that
 * left before its id was known. Its reservation is assumed to be charged, and is never returned. A file that was not
 * named here as results may be the client's own, so it is charged to the account alone. Such a file has at most one
 * token of each kind a byte.
 *
 * <p>Bounded: the oldest entries are evicted, and their responses keep their earlier charges. Thread-safe.
 */
public final class DeferredCharges {
    private static final int MAX_ENTRIES = 100_000;
    private static final Duration RETENTION = Duration.ofDays(31);
    private static final String CONTENT = "/content";

    /** The last segment of the path of a response's input. */
    private static final String ITEMS = "input_items";

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
     * @param account who is charged; null before the first charge, and once the account was erased
     * @param background the charges of a background response; null once its input and output are known
     * @param unknownFile whether no batch has named the file
     * @param money the charged cost in millionths of the currency
     */
    private record Charges(
            @Nullable Account account,
            @Nullable String model,
            @Nullable BackgroundCharges background,
            boolean unknownFile,
            long input,
            long output,
            long money) {
        Charges of(@Nullable Account payer) {
            return new Charges(payer, model, background, unknownFile, input, output, money);
        }

        Charges ofResults() {
            return new Charges(account, model, background, false, input, output, money);
        }
    }

    /**
     * Registers a background response that is charged its reservation. Must precede the settlement of the reservation.
     *
     * @param delivered the output delivered so far
     */
    public void addBackground(String responseId, Account account, Reservation reservation, long delivered) {
        byResponse.put(
                responseId,
                new Charges(
                        account,
                        reservation.modelName,
                        BackgroundCharges.reserved(reservation.charges(), delivered),
                        false,
                        0,
                        0,
                        0));
    }

    /** Registers a background response whose final cost is known. */
    public void addSettled(String responseId, Account account, Reservation reservation) {
        byResponse.put(
                responseId,
                new Charges(
                        account,
                        reservation.modelName,
                        null,
                        false,
                        reservation.costInput,
                        reservation.costOutput,
                        reservation.money()));
    }

    /** Forgets whom responses were charged to; a later fetch is charged as far as it exceeds the earlier charges. */
    synchronized void erase(Predicate<String> isErased) {
        byResponse.asMap().replaceAll((response, charges) -> {
            Account account = charges.account();
            return account != null && isErased.test(account.id()) ? charges.of(null) : charges;
        });
    }

    /** Registers the files of results that a batch has named. */
    public void addResultFiles(DeferredResponse answer) {
        for (String file : answer.resultFiles()) {
            byResponse
                    .asMap()
                    .merge(file, new Charges(null, null, null, false, 0, 0, 0), (before, named) -> before.ofResults());
        }
    }

    /** Returns who fetches if that account still has the same buckets, perhaps of another tier; else who asked. */
    private static Account payer(Charges before, Account fetcher) {
        Account asked = before.account();
        if (asked == null || (asked.id().equals(fetcher.id()) && asked.keepsState() == fetcher.keepsState())) {
            return fetcher;
        }
        return asked;
    }

    /** Returns the charges of a response without an entry: nothing, or the reservation of a background response. */
    private static @Nullable Charges unseen(Exchange exchange, boolean results) {
        DeferredResponse answer = exchange.deferredResponse();
        boolean background = answer.background() || BackgroundCharges.isContinued(exchange.query());
        if (!results && !background) {
            return null;
        }
        return new Charges(
                null,
                answer.model(),
                background && !results ? BackgroundCharges.assumed(answer.maxOutput()) : null,
                exchange.operation().kind() == Kind.FILE,
                0,
                0,
                0);
    }

    private static String key(Exchange exchange) {
        String path = exchange.storedPath();
        return switch (exchange.operation().kind()) {
            case RESULTS -> path;
            case FILE -> lastSegment(path.substring(0, path.length() - CONTENT.length()));
            default -> lastSegment(path);
        };
    }

    private static String lastSegment(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /**
     * Makes a reservation the correction of the earlier charges of a fetched response, and returns the account to
     * charge; null if there is nothing to charge.
     *
     * @param outcome how the fetch ended
     * @param input the input as the provider counts it
     * @param prices the prices of models; null if no limit counts cost
     */
    synchronized @Nullable public Account correct(
            Exchange exchange, Outcome outcome, long input, @Nullable PriceTable prices, Reservation reservation) {
        Kind kind = exchange.operation().kind();
        String key = key(exchange);
        if (key.equals(ITEMS)) {
            return null;
        }
        Charges found = byResponse.getIfPresent(key);
        Charges before = found == null ? unseen(exchange, kind != Kind.DEFERRED) : found;
        if (before == null || outcome.usage().source() == Usage.Source.NONE) {
            return null;
        }
        long most = before.unknownFile() ? outcome.bytes() : Price.MAX_AMOUNT;
        Usage usage = atMost(most, outcome.usage());
        BackgroundCharges background = before.background();
        boolean exact = usage.source() == Usage.Source.EXACT;
        if (background == null && !exact) {
            return null;
        }
        Account account = payer(before, exchange.account());
        reservation.hasTokens = true;
        reservation.requests = 1;
        reservation.modelName = before.model();
        reservation.ofUnknownFile = before.unknownFile();
        if (background != null && !exact) {
            long output = background.add(exchange.query(), usage.output());
            background.prepare(reservation, prices);
            reservation.onlyRaises = true;
            reservation.setCost(1, 0, output);
            reservation.setMoney(prices == null ? 0 : prices.of(before.model()).ofOutput(output));
            byResponse.put(key, before.of(account));
            return account;
        }
        long newOutput = Math.clamp(usage.output(), 0, Price.MAX_AMOUNT);
        // The input of a batch of messages was charged when the batch was sent.
        boolean outputOnly = kind == Kind.RESULTS;
        long newInput = outputOnly ? 0 : Math.clamp(input, 0, most);
        long money = cost(exchange, outputOnly, usage, prices, before.model());
        if (background != null) {
            boolean assumed = background.isAssumed(); // then the input was charged too
            background.prepare(reservation, prices);
            reservation.setCost(1, assumed ? 0 : newInput, newOutput);
            reservation.setMoney(assumed ? cost(exchange, true, usage, prices, before.model()) : money);
        } else {
            reservation.setCost(0, newInput - before.input(), newOutput - before.output());
            reservation.setMoney(money - before.money());
            money = Math.max(money, before.money());
            newInput = Math.max(newInput, before.input());
            newOutput = Math.max(newOutput, before.output());
        }
        byResponse.put(
                key, new Charges(account, before.model(), null, before.unknownFile(), newInput, newOutput, money));
        return account;
    }

    private static Usage atMost(long most, Usage usage) {
        return new Usage(
                usage.source(),
                Math.min(usage.input(), most),
                Math.min(usage.output(), most),
                Math.min(usage.cacheRead(), most),
                Math.min(usage.cacheWrite(), most),
                Math.min(usage.reasoning(), most));
    }

    private static long cost(
            Exchange exchange, boolean outputOnly, Usage usage, @Nullable PriceTable prices, @Nullable String model) {
        if (prices == null) {
            return 0;
        }
        return outputOnly
                ? prices.of(model).ofOutput(usage.output())
                : prices.of(model).of(exchange.provider(), usage, 0);
    }
}
