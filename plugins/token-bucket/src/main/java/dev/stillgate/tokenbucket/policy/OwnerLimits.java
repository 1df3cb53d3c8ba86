package dev.stillgate.tokenbucket.policy;

import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a policy as they hold for one owner of buckets (an account, an organisation, everyone), sorted by the
 * part of its traffic that they count together.
 */
public final class OwnerLimits {
    /** The kinds of part: all of the owner's traffic, that of a model, that of a route, that of a model on a route. */
    public static final int PARTS = 4;

    /** The bit of a kind of part that is told apart by model. */
    public static final int BY_MODEL = 1;

    /** The bit of a kind of part that is told apart by route. */
    public static final int BY_ROUTE = 2;

    private final long generation;
    private final Variant variant;
    private final @Nullable PartLimits[] parts = new PartLimits[PARTS];

    /**
     * Which of a policy's limits they are.
     *
     * @param tier the tier they are made for, null for everybody else
     * @param standing the lowest standing that they are made for
     * @param alone whether the account stands for its own organisation
     */
    public record Variant(@Nullable String tier, Standing standing, boolean alone) {
        public static final Variant PLAIN = new Variant(null, Standing.CLEAR, true);
    }

    /**
     * The limits of an owner.
     *
     * @param generation which policy of the filter it is; later ones are higher
     * @param limits by kind of part, an empty list where there is none
     */
    OwnerLimits(long generation, Variant variant, List<List<TokenLimit>> limits) {
        this.generation = generation;
        this.variant = variant;
        for (int kind = 0; kind < PARTS; kind++) {
            parts[kind] = limits.get(kind).isEmpty() ? null : new PartLimits(limits.get(kind));
        }
    }

    /** Returns the kind of part that a scope tells apart. */
    static int kind(Set<Scope> scope) {
        return (scope.contains(Scope.MODEL) ? BY_MODEL : 0) | (scope.contains(Scope.ROUTE) ? BY_ROUTE : 0);
    }

    public long generation() {
        return generation;
    }

    public Variant variant() {
        return variant;
    }

    /** Returns the limits of a kind of part, or null. */
    @Nullable
    public PartLimits part(int kind) {
        return parts[kind];
    }

    public boolean isEmpty() {
        for (PartLimits each : parts) {
            if (each != null) {
                return false;
            }
        }
        return true;
    }

    /** Returns all limits. */
    public List<TokenLimit> all() {
        List<TokenLimit> all = new ArrayList<>();
        for (PartLimits part : parts) {
            if (part != null) {
                for (int i = 0; i < part.size(); i++) {
                    all.add(part.get(i));
                }
                all.addAll(List.of(part.concurrency()));
            }
        }
        return all;
    }
}
