package dev.stillgate.tokenbucket.policy;

import dev.stillgate.tokenbucket.policy.Prices.ModelPrice;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Price lookup by model: its name, else the longest prefix, else the price of unlisted models. Allocates nothing. */
public final class PriceTable {
    private final Map<String, Price> byName = new HashMap<>();
    private final String[] prefixes;
    private final Price[] byPrefix;
    private final Price unlisted;
    private final Price highest;

    public PriceTable(Prices prices) {
        this.unlisted = prices.unlisted().price();
        List<Map.Entry<String, ModelPrice>> patterns = prices.byModel().entrySet().stream()
                .filter(entry -> entry.getKey().endsWith("*"))
                .sorted(Comparator.comparingInt((Map.Entry<String, ModelPrice> entry) ->
                                entry.getKey().length())
                        .reversed())
                .toList();
        this.prefixes = patterns.stream()
                .map(entry -> entry.getKey().substring(0, entry.getKey().length() - 1))
                .toArray(String[]::new);
        this.byPrefix = patterns.stream().map(entry -> entry.getValue().price()).toArray(Price[]::new);
        Price most = unlisted;
        for (Map.Entry<String, ModelPrice> entry : prices.byModel().entrySet()) {
            Price price = entry.getValue().price();
            most = most.orHigher(price);
            if (!entry.getKey().endsWith("*")) {
                byName.put(entry.getKey(), price);
            }
        }
        this.highest = most;
    }

    /**
     * Returns the price of a model.
     *
     * @param model null if the model is unknown, as in the results of a batch; the highest price of each kind of token
     *     applies
     */
    public Price of(@Nullable String model) {
        if (model == null) {
            return highest;
        }
        Price exact = byName.get(model);
        if (exact != null) {
            return exact;
        }
        for (int i = 0; i < prefixes.length; i++) {
            if (model.startsWith(prefixes[i])) {
                return byPrefix[i];
            }
        }
        return unlisted;
    }
}
