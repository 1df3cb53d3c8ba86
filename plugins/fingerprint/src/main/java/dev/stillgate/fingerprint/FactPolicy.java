package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.signal.FactSettings;
import dev.stillgate.spi.PolicyException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Policy of links by the registration facts in {@code accounts.yaml}.
 *
 * @param link names of the facts that link accounts; all facts when absent
 * @param decide names of the facts that justify pooling without an operator, each of which must link too; {@code
 *     payment} when absent
 */
public record FactPolicy(
        @Nullable List<String> link, @Nullable List<String> decide) {
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,40}");
    private static final int MAX_NAMES = 64;

    /** The policy when the key is absent. */
    static final FactPolicy STANDARD = new FactPolicy(null, null);

    public FactPolicy {
        requireNames("link", link);
        requireNames("decide", decide);
        for (int i = 0; link != null && decide != null && i < decide.size(); i++) {
            if (!link.contains(decide.get(i))) {
                throw new PolicyException(
                        "decide[" + i + "]", "the fact " + decide.get(i) + " decides, so link must name it too");
            }
        }
    }

    private static void requireNames(String key, @Nullable List<String> names) {
        if (names == null) {
            return;
        }
        if (names.size() > MAX_NAMES) {
            throw new PolicyException(key, "expected at most " + MAX_NAMES + " facts, found " + names.size());
        }
        for (int i = 0; i < names.size(); i++) {
            if (!NAME.matcher(names.get(i)).matches()) {
                throw new PolicyException(
                        key + "[" + i + "]", "expected the name of a fact, 1 to 40 of a-z, 0-9 and -");
            }
            if (names.subList(0, i).contains(names.get(i))) {
                throw new PolicyException(key + "[" + i + "]", "duplicate fact " + names.get(i));
            }
        }
    }

    FactSettings settings() {
        Set<String> linking = link == null ? null : Set.copyOf(link);
        Set<String> deciding = new HashSet<>(Objects.requireNonNullElse(decide, FactSettings.STANDARD.decide()));
        if (linking != null) {
            deciding.retainAll(linking); // the default decides only where it links
        }
        return new FactSettings(linking, Set.copyOf(deciding));
    }
}
