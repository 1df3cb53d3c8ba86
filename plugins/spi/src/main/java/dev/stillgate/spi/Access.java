package dev.stillgate.spi;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Restrictions of a listed account, which the gateway enforces before any filter runs.
 *
 * @param models names of the models that it may use, prefixes if they end in {@code *}; empty for all
 * @param networks the networks from which it may be used; empty for all
 * @param until the time from which it is refused, null for none
 * @param disabled whether it is refused
 */
public record Access(
        List<String> models,
        List<Network> networks,
        @Nullable Instant until,
        boolean disabled) {
    public Access {
        models = List.copyOf(models);
        networks = List.copyOf(networks);
    }

    /** Returns whether the account may use a model. */
    public boolean allowsModel(String model) {
        return models.isEmpty() || models.stream().anyMatch(pattern -> fits(pattern, model));
    }

    private static boolean fits(String pattern, String model) {
        int prefix = pattern.length() - 1;
        return pattern.endsWith("*") ? model.regionMatches(0, pattern, 0, prefix) : model.equals(pattern);
    }

    /** Returns whether the account may be used from an address. */
    public boolean allowsAddress(InetAddress address) {
        return networks.isEmpty() || networks.stream().anyMatch(network -> network.contains(address));
    }

    /** Returns whether the account has expired, at a time in milliseconds since the epoch. */
    public boolean isExpired(long millis) {
        return until != null && millis >= until.toEpochMilli();
    }
}
