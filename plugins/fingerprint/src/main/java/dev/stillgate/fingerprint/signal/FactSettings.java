package dev.stillgate.fingerprint.signal;

import dev.stillgate.spi.Account;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings of links by registration facts.
 *
 * @param link names of the facts that link accounts, null for all
 * @param decide names of the facts that justify pooling without an operator
 */
public record FactSettings(@Nullable Set<String> link, Set<String> decide) {
    /** The settings of a policy that does not name any. */
    public static final FactSettings STANDARD = new FactSettings(null, Set.of("payment"));

    /** Returns whether a fact links accounts; that of decoys does not. */
    public boolean links(String fact) {
        return !fact.equals(Account.DECOY) && (link == null || link.contains(fact));
    }
}
