package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.observe.AccountCounts;
import dev.stillgate.proxy.observe.RefusalLookup;
import dev.stillgate.spi.Ticker;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Requests, tokens and refusals of accounts in the last minutes, over all event loops, and their rankings. */
final class TopAccounts {
    private static final int SHOWN = 20;

    private final Supplier<List<AccountCounts>> loops;
    private final RefusalLookup refusals;
    private final Ticker ticker;

    TopAccounts(Supplier<List<AccountCounts>> loops, RefusalLookup refusals, Ticker ticker) {
        this.loops = loops;
        this.refusals = refusals;
        this.ticker = ticker;
    }

    /**
     * The rankings.
     *
     * @param minutes the length of the period, including the current minute
     * @param complete false if accounts were dropped from the counts for lack of space
     * @param accounts the number of accounts counted
     */
    record Page(
            int minutes,
            boolean complete,
            int accounts,
            List<Map<String, Object>> byRequests,
            List<Map<String, Object>> byTokens,
            List<Map<String, Object>> byRefused) {}

    Page page() {
        Map<String, AccountCounts.Row> sums = new HashMap<>();
        boolean complete = true;
        long now = ticker.nanos();
        for (AccountCounts counts : loops.get()) {
            complete &= counts.addTo(sums, now);
        }
        return new Page(
                AccountCounts.MINUTES,
                complete,
                sums.size(),
                top(sums, AccountCounts.Row::requests),
                top(sums, AccountCounts.Row::tokens),
                top(sums, AccountCounts.Row::refused));
    }

    /** Returns an account's counts in the period, null if it has none. */
    @Nullable
    Map<String, Object> of(String account) {
        AccountCounts.Row sum = new AccountCounts.Row();
        boolean found = false;
        long now = ticker.nanos();
        for (AccountCounts counts : loops.get()) {
            found |= counts.addTo(sum, account, now);
        }
        if (!found) {
            return null;
        }
        Map<String, Object> recent = new LinkedHashMap<>();
        recent.put("minutes", AccountCounts.MINUTES);
        put(recent, sum);
        return recent;
    }

    private List<Map<String, Object>> top(Map<String, AccountCounts.Row> sums, ToLongFunction<AccountCounts.Row> by) {
        Comparator<Map.Entry<String, AccountCounts.Row>> most = Comparator.comparingLong(
                (Map.Entry<String, AccountCounts.Row> entry) -> -by.applyAsLong(entry.getValue()));
        return sums.entrySet().stream()
                .filter(entry -> by.applyAsLong(entry.getValue()) > 0)
                .sorted(most.thenComparing(Map.Entry.comparingByKey()))
                .limit(SHOWN)
                .map(entry -> line(entry.getKey(), entry.getValue()))
                .toList();
    }

    private Map<String, Object> line(String account, AccountCounts.Row row) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("account", account);
        put(line, row);
        Map<String, Object> refusal = row.refused() > 0 ? refusals.of(account) : null;
        if (refusal != null) {
            line.put("lastRefusal", refusal);
        }
        return line;
    }

    private static void put(Map<String, Object> page, AccountCounts.Row row) {
        page.put("requests", row.requests());
        page.put("refused", row.refused());
        page.put("refusedByProvider", row.declined());
        page.put("inputTokens", row.inputTokens());
        page.put("outputTokens", row.outputTokens());
    }
}
