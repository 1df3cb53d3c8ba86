package dev.stillgate.fingerprint.capture;

import dev.stillgate.spi.Network;
import dev.stillgate.spi.PolicyException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an operator knows to be innocent.
 *
 * @param systems system prompts, sets of tools and openings, by the eight digits under which reports show them: accounts
 *     are not compared for having them in common
 * @param clients software, by the first word of its {@code User-Agent} in lower case: the same
 * @param networks addresses whose exchanges are not looked at
 * @param accounts accounts that are not looked at
 * @param organisations organisations whose accounts are not looked at
 */
public record AllowPolicy(
        @Nullable List<String> systems,
        @Nullable List<String> clients,
        @Nullable List<String> networks,
        @Nullable List<String> accounts,
        @Nullable List<String> organisations) {
    /** Nothing. */
    public static final AllowPolicy NOTHING = new AllowPolicy(null, null, null, null, null);

    private static final int MOST = 10_000;
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
        if (values != null && values.size() > MOST) {
            throw new PolicyException(key, "expected at most " + MOST);
        }
        return values == null ? List.of() : List.copyOf(values);
    }

    public AllowedAccounts innocent() {
        return new AllowedAccounts(
                Set.copyOf(Objects.requireNonNullElse(accounts, List.of())),
                Set.copyOf(Objects.requireNonNullElse(organisations, List.of())));
    }
}
