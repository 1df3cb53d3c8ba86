package dev.stillgate.tokenbucket.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The amounts of one exchange that limits count: estimated amounts when the request is admitted, and the actual cost at
 * its end. Mutable and reusable, so that a decision allocates nothing. Not thread-safe.
 */
public class Charge {
    /** The output of a request without a valid {@code max_tokens}. */
    public static final long UNKNOWN = -1;

    /** The model index of an exchange without a prompt; limits of models do not count it. */
    public static final int NO_MODEL = -1;

    private static final int MAX_MODELS = 16;

    /** The number of requests; 0 for a handshake, which limits of requests do not count. */
    public long requests;

    public long input;
    public long output;
    public boolean hasTokens;

    /** Whether the response can have output tokens. */
    public boolean hasOutput;

    /** Whether the operation converts an input. Its output is known only if the provider reports it. */
    public boolean convertsInput;

    /** Whether the prompt only prepares a response, so that it costs no request. */
    public boolean prepares;

    public boolean marksCache;
    public int model;
    public int route;

    @Nullable
    public String modelName;

    /** The price of the model; null if no limit of the policy counts cost. */
    @Nullable
    public Price price;

    /**
     * The earlier charges that a correction replaces, by {@link TokenLimit#chargeKey}; null if the exchange is not a correction.
     */
    @Nullable
    public Map<String, Long> earlierCharges;

    /** Whether a correction only raises the earlier charges, and never returns anything. */
    public boolean onlyRaises;

    /** Whether the earlier charges are at least the reservation, which another gateway may have charged. */
    public boolean assumesReservation;

    /** Whether the charge is for a file that may be the account's own, so that the account alone is charged. */
    public boolean ofUnknownFile;

    public boolean background;
    public boolean batch;

    /** Whether the exchange is a session, whose tokens are charged by {@linkplain #part parts}. */
    public boolean session;

    /** Whether the charge is a part of a session. Limits of requests and of concurrency count the session itself. */
    public boolean part;

    /** Whether the account shares the buckets of its address prefix. */
    public boolean overflows;

    /** Whether the response has a content coding, so that the tokens of an incomplete one cannot be counted. */
    public boolean encoded;

    /** Whether the exchange costs at least the amounts taken at admission. */
    public boolean costsReserve;

    /** Whether the account is only claimed, and the buckets of failed claims of its address prefix limit it too. */
    public boolean claimed;

    /** Whether the upstream has accepted the credential of the claimed account from this address prefix before. */
    public boolean proven;

    /** Whether limits of the account do not count the cost, because the account may not have sent the request. */
    public boolean disowned;

    /** Whether limits on everyone do not count the cost, because the upstream has not accepted the credential. */
    public boolean unaccepted;

    long costRequests;
    public long costInput;
    public long costOutput;

    /** The final cost in millionths of the currency; 0 without a price. */
    long cost;

    /** The shares of limits that were reached; null for none. */
    private @Nullable List<ReachedShare> reached;

    private final List<String> batchModels = new ArrayList<>();
    private boolean anyModel;

    /** Resets the charge to one request without tokens. */
    public void reset() {
        requests = 1;
        input = 0;
        output = 0;
        hasTokens = false;
        hasOutput = true;
        convertsInput = false;
        prepares = false;
        marksCache = false;
        model = NO_MODEL;
        route = 0;
        modelName = null;
        price = null;
        background = false;
        batch = false;
        session = false;
        part = false;
        batchModels.clear();
        anyModel = false;
        earlierCharges = null;
        onlyRaises = false;
        assumesReservation = false;
        ofUnknownFile = false;
        overflows = false;
        encoded = false;
        costsReserve = false;
        claimed = false;
        proven = false;
        disowned = false;
        unaccepted = false;
        costRequests = 0;
        costInput = 0;
        costOutput = 0;
        cost = 0;
        reached = null;
    }

    /** Adds reached shares of a limit. */
    public void reach(ReachedShare share) {
        List<ReachedShare> all = reached;
        if (all == null) {
            all = new ArrayList<>();
            reached = all;
        }
        all.add(share);
    }

    /** Returns the reached shares of limits; null for none. */
    @Nullable
    public List<ReachedShare> reached() {
        return reached;
    }

    /** Forgets the reached shares. */
    public void clearReached() {
        reached = null;
    }

    /**
     * Returns by how much the cost for a limit is more than what was charged before, negative for less. If the charge
     * {@linkplain #onlyRaises only raises} charges, the cost becomes the earlier charge at once, and nothing is
     * negative. A limit without an earlier charge was added later and gets none.
     *
     * @param pool the pool whose limit it is; null for others
     */
    public long beyondEarlier(TokenLimit limit, @Nullable String pool) {
        Map<String, Long> earlier = earlierCharges;
        long cost = limit.cost(this);
        if (earlier == null) {
            return cost;
        }
        String key = limit.chargeKey(pool);
        long reserved = assumesReservation ? limit.reserveAtMost(this) : 0;
        if (assumesReservation) {
            earlier.putIfAbsent(key, reserved);
        }
        long amount = Math.max(cost, reserved);
        if (!onlyRaises) {
            return amount - earlier.getOrDefault(key, amount);
        }
        long[] more = {0};
        earlier.computeIfPresent(key, (same, before) -> {
            more[0] = Math.max(0, amount - before);
            return Math.max(before, amount);
        });
        return more[0];
    }

    /** Returns the most that the estimated input costs; 0 without a price. */
    long inputCost() {
        Price own = price;
        return own == null ? 0 : own.ofPrompt(input, marksCache);
    }

    /** Returns the cost of the requested output, or {@link #UNKNOWN}; 0 without a price. */
    long outputCost() {
        Price own = price;
        return own == null ? 0 : output == UNKNOWN ? UNKNOWN : own.ofOutput(output);
    }

    /** Returns a charge of one request without tokens for the same model and route. */
    public Charge oneRequest() {
        Charge one = new Charge();
        one.reset();
        one.model = model;
        one.modelName = modelName;
        one.route = route;
        return one;
    }

    /**
     * Adds the model of a prompt of a batch. A batch of more than {@value #MAX_MODELS} models counts for all models.
     */
    public void addBatchModel(@Nullable String name) {
        if (batchModels.isEmpty() && !anyModel) {
            modelName = name;
        } else if (!Objects.equals(name, modelName)) {
            modelName = null;
        }
        anyModel |= name == null || batchModels.size() == MAX_MODELS;
        if (anyModel) {
            batchModels.clear();
        } else if (!batchModels.contains(name)) {
            batchModels.add(name);
        }
    }

    /** Returns the models of a batch; empty if it counts for all models. */
    List<String> batchModels() {
        return batchModels;
    }

    /** Sets the actual cost, clamped to amounts that any bucket can hold. No input is priced as cached. */
    public void setCost(long requestCount, long inputTokens, long outputTokens) {
        costRequests = Math.clamp(requestCount, 0, Price.MAX_AMOUNT);
        costInput = Math.clamp(inputTokens, 0, Price.MAX_AMOUNT);
        costOutput = Math.clamp(outputTokens, 0, Price.MAX_AMOUNT);
        Price own = price;
        cost = own == null ? 0 : own.of(costInput, costOutput);
    }

    /** Returns the actual cost in millionths of the currency; 0 without a price. */
    public long money() {
        return cost;
    }

    /**
     * Sets the actual cost in money, after {@link #setCost}.
     *
     * @param millionths millionths of the currency
     */
    public void setMoney(long millionths) {
        cost = Math.clamp(millionths, 0, Price.MAX_AMOUNT);
    }
}
