package dev.stillgate.fingerprint.capture;

import dev.stillgate.spi.Network;
import dev.stillgate.spi.PolicyException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Traffic that an operator knows to be innocent.
 *
 * @param systems system prompts, tool sets and openings by the eight hex digits that reports show; accounts are not
 *     compared by them
 * @param clients client software by the first word of its {@code User-Agent} in lower case; accounts are not compared
 *     by it
 * @param networks client networks whose exchanges are not observed
 * @param accounts accounts that are not observed
 * @param organisations organisations whose accounts are not observed
 */
public record AllowPolicy(
        @Nullable List<String> systems,
        @Nullable List<String> clients,
        @Nullable List<String> networks,
        @Nullable List<String> accounts,
        @Nullable List<String> organisations) {
    /** Allows nothing. */
    public static final AllowPolicy NOTHING = new AllowPolicy(null, null, null, null, null);

    private static final int MAX_VALUES = 10_000;
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{8}");

    public AllowPolicy {
        systems = checked("systems", systems);
        clients = checked("clients", clients);
        networks = checked("networks", networks);
        accounts = checked("accounts", accounts);
        organisations = checked("organisations", organisations);
        for (int i = 0; i < systems.size(); i++) {
            if (!HEX.matcher(systems.get(i)).matches()) {
                throw new PolicyException(
                        "systems[" + i + "]",
                        "expected eight hex digits as reports show them, found " + systems.get(i));
            }
        }
        for (int i = 0; i < networks.size(); i++) {
            try {
                Network.parse(networks.get(i));
            } catch (IllegalArgumentException e) {
                throw new PolicyException("networks[" + i + "]", Objects.requireNonNull(e.getMessage()));
            }
        }
    }

    private static List<String> checked(String key, @Nullable List<String> values) {
        if (values != null && values.size() > MAX_VALUES) {
            throw new PolicyException(key, "expected at most " + MAX_VALUES);
        }
        return values == null ? List.of() : List.copyOf(values);
    }

    public AllowedAccounts allowedAccounts() {
        return new AllowedAccounts(
                Set.copyOf(Objects.requireNonNullElse(accounts, List.of())),
                Set.copyOf(Objects.requireNonNullElse(organisations, List.of())));
    }
}
