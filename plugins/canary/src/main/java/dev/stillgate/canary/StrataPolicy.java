package dev.stillgate.canary;

import dev.stillgate.spi.PolicyException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How unverified accounts are divided into strata, each of which has a key: by month of registration, region and tier.
 * At most 64 strata, because a key that few responses bear shows little.
 *
 * @param months number of months of registration that have strata of their own; 6 when absent
 * @param regions regions that have strata of their own; without any, regions are not told apart
 * @param tiers likewise
 */
public record StrataPolicy(
        @Nullable Integer months,
        @Nullable List<String> regions,
        @Nullable List<String> tiers) {
    /** Values of accounts whose region or tier is not listed. */
    static final String OTHER = "other";

    static final int DEFAULT_MONTHS = 6;
    private static final int MAX_STRATA = 64;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,32}");

    public StrataPolicy {
        regions = named("regions", regions);
        tiers = named("tiers", tiers);
        int given = Objects.requireNonNullElse(months, DEFAULT_MONTHS);
        if (given < 1 || given > MAX_STRATA) {
            throw new PolicyException("months", "expected 1 to " + (MAX_STRATA - 2) + " months, found " + given);
        }
        long strata = (given + 2L) * (regions.size() + 1) * (tiers.size() + 1);
        if (strata > MAX_STRATA) {
            throw new PolicyException(
                    "",
                    "expected at most " + MAX_STRATA + " strata, found " + strata + ": (" + given + " months + 2) x ("
                            + regions.size() + " regions + 1) x (" + tiers.size() + " tiers + 1)");
        }
    }

    private static List<String> named(String key, @Nullable List<String> names) {
        List<String> listed = names == null ? List.of() : List.copyOf(names);
        for (String name : listed) {
            if (!NAME.matcher(name).matches() || name.equals(OTHER)) {
                throw new PolicyException(
                        key,
                        "expected names of 1 to 32 letters, digits and ._-, but not other; found \"" + name + "\"");
            }
        }
        if (new HashSet<>(listed).size() < listed.size()) {
            throw new PolicyException(key, "expected each name once");
        }
        return listed;
    }

    int newest() {
        return Objects.requireNonNullElse(months, DEFAULT_MONTHS);
    }

    List<String> regionNames() {
        return Objects.requireNonNullElse(regions, List.of());
    }

    List<String> tierNames() {
        return Objects.requireNonNullElse(tiers, List.of());
    }
}
