package dev.stillgate.tokenbucket;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one exchange wants of its buckets, what it took from them and what it cost in the end. Reused from exchange to
 * exchange by one thread, so that a decision allocates nothing.
 */
final class Demand {
    /** The output of an answer that nobody has bounded. */
    static final long UNKNOWN = -1;

    /** The most tokens that are reckoned with at once: no limit is larger. */
    static final long MOST = 1_000_000_000_000L;

    /** The model of an exchange that has none, and to which limits of models do not apply. */
    static final int NO_MODEL = -1;

    private static final int OWNERS = 3;
    private static final int MOST_MODELS = 16;
    private static final int MOST_BUCKETS = OWNERS * OwnerLimits.PARTS;

    long requests;
    long input;
    long output;
    boolean tokens;
    boolean marksCache;
    int model;
    int route;

    @Nullable
    String modelName;

    /** What each limit was charged when the answer was asked for that this is a correction of, else null. */
    @Nullable
    Map<String, Long> charged;

    boolean background;
    boolean batch;
    boolean overflows;

    /** Whether the answer came in a content coding, of which nothing can be counted when it is cut short. */
    boolean encoded;

    LeaseTerms terms = LeaseTerms.ALONE;
    boolean costsReserve;

    long costRequests;
    long costInput;
    long costOutput;

    private final @Nullable BucketSet[] owners = new BucketSet[OWNERS];
    private final @Nullable OwnerLimits[] ownerLimits = new OwnerLimits[OWNERS];
    private int ownerCount;
    private final List<String> batchModels = new ArrayList<>();
    private boolean ofAnyModel;
    private final @Nullable Bucket[] buckets = new Bucket[MOST_BUCKETS];
    private final @Nullable PartLimits[] bucketLimits = new PartLimits[MOST_BUCKETS];
    private final int[] bucketOwner = new int[MOST_BUCKETS];
    private int bucketCount;
    private @Nullable Shortage shortage;
    private final Readings readings = new Readings();

    /** Starts over on another exchange, of which nothing but one request is known. */
    void reset() {
        requests = 1;
        input = 0;
        output = 0;
        tokens = false;
        marksCache = false;
        model = NO_MODEL;
        route = 0;
        modelName = null;
        background = false;
        batch = false;
        batchModels.clear();
        ofAnyModel = false;
        charged = null;
        encoded = false;
        costsReserve = false;
        costRequests = 0;
        costInput = 0;
        costOutput = 0;
        clearOwners();
    }

    void clearOwners() {
        Arrays.fill(owners, 0, ownerCount, null);
        Arrays.fill(ownerLimits, 0, ownerCount, null);
        ownerCount = 0;
        Arrays.fill(buckets, 0, bucketCount, null);
        Arrays.fill(bucketLimits, 0, bucketCount, null);
        bucketCount = 0;
        shortage = null;
        overflows = false;
    }

    /** Adds an owner whose buckets are asked; always in the same order, since they are locked in it. */
    void addOwner(BucketSet owner, OwnerLimits limits) {
        owners[ownerCount] = owner;
        ownerLimits[ownerCount] = limits;
        ownerCount++;
    }

    int ownerCount() {
        return ownerCount;
    }

    BucketSet owner(int index) {
        return present(owners[index]);
    }

    OwnerLimits ownerLimits(int index) {
        return present(ownerLimits[index]);
    }

    /** Notes a bucket that was taken from, and under which limits. */
    void addTaken(Bucket bucket, PartLimits limits, BucketSet owner) {
        int index = 0;
        while (owners[index] != owner) {
            index++;
        }
        buckets[bucketCount] = bucket;
        bucketLimits[bucketCount] = limits;
        bucketOwner[bucketCount] = index;
        bucketCount++;
    }

    int takenCount() {
        return bucketCount;
    }

    Bucket taken(int index) {
        return present(buckets[index]);
    }

    PartLimits takenLimits(int index) {
        return present(bucketLimits[index]);
    }

    BucketSet takenOwner(int index) {
        return owner(bucketOwner[index]);
    }

    /**
     * Returns whether a limit counts this exchange. One that tells models apart counts a prompt without a model, but not
     * an exchange that has no prompt.
     */
    boolean touches(TokenLimit limit) {
        if ((limit.measure().isTokens() && !tokens) || (batch && !limit.source().countsBatches())) {
            return false;
        }
        return !limit.isOfModels()
                || (model != NO_MODEL
                        && (batch ? countsBatch(limit) : limit.source().counts(modelName)));
    }

    /** Returns what each limit that was taken from is charged, by name; before the exchange is settled. */
    Map<String, Long> charges() {
        Map<String, Long> charges = new HashMap<>();
        for (int i = 0; i < bucketCount; i++) {
            PartLimits part = takenLimits(i);
            for (int j = 0; j < part.size(); j++) {
                if (touches(part.get(j))) {
                    charges.put(part.get(j).name(), part.get(j).cost(this));
                }
            }
        }
        return charges;
    }

    private boolean countsBatch(TokenLimit limit) {
        for (int i = 0; i < batchModels.size(); i++) {
            if (limit.source().counts(batchModels.get(i))) {
                return true;
            }
        }
        return batchModels.isEmpty();
    }

    /** Adds the model of a prompt of a batch; one of more models than a batch sensibly has is counted as if for any. */
    void addBatchModel(@Nullable String name) {
        if (batchModels.isEmpty() && !ofAnyModel) {
            modelName = name;
        } else if (!Objects.equals(name, modelName)) {
            modelName = null;
        }
        ofAnyModel |= name == null || batchModels.size() == MOST_MODELS;
        if (ofAnyModel) {
            batchModels.clear();
        } else if (!batchModels.contains(name)) {
            batchModels.add(name);
        }
    }

    /** Returns what is short, null when nothing is. */
    @Nullable
    Shortage shortage() {
        return shortage;
    }

    /** Returns what is short, to be added to. */
    Shortage addShortage() {
        Shortage found = shortage;
        if (found == null) {
            found = new Shortage();
            shortage = found;
        }
        return found;
    }

    Readings readings() {
        return readings;
    }

    /** Sets what the exchange has cost, in numbers that any bucket can bear. */
    void cost(long requestCount, long inputTokens, long outputTokens) {
        costRequests = Math.clamp(requestCount, 0, MOST);
        costInput = Math.clamp(inputTokens, 0, MOST);
        costOutput = Math.clamp(outputTokens, 0, MOST);
    }

    private static <T> T present(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("nothing at this index");
        }
        return value;
    }
}
