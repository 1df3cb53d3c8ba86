package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.options.Options;
import dev.stillgate.loadtests.random.Dice;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Rules of registration.
 *
 * @param facts whether accounts have facts, and exact times of creation
 * @param farms what the accounts of a farm share, null for a random kind for each campaign
 * @param honestVerified share of verified honest accounts, negative for the share of each group
 * @param campaignVerified share of verified accounts of campaigns, negative for the share of each campaign
 */
public record SignUpRules(boolean facts, SignUp.@Nullable Farm farms, double honestVerified, double campaignVerified) {
    /** No facts. */
    public static final SignUpRules PLAIN = new SignUpRules(false, null, -1, -1);

    /** The options that set the rules. */
    public static final List<String> OPTIONS = List.of("--facts", "--farms", "--verified", "--campaign-verified");

    private static final List<SignUp.Farm> MIXED = List.of(SignUp.Farm.values());

    /**
     * Reads the rules from a command line.
     *
     * @param facts the default of {@code --facts}
     */
    public static SignUpRules of(Options options, String facts) {
        String farms = options.get("--farms", "mixed");
        return new SignUpRules(
                options.choice("--facts", facts, List.of("yes", "no")).equals("yes"),
                farms.equals("mixed") ? null : farm(farms),
                options.number("--verified", -1, 0, 1),
                options.number("--campaign-verified", -1, 0, 1));
    }

    private static SignUp.Farm farm(String name) {
        return MIXED.stream()
                .filter(farm -> farm.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--farms: expected mixed or one of "
                        + Arrays.toString(SignUp.Farm.values()).toLowerCase(Locale.ROOT) + ", found " + name));
    }

    /** Returns what the accounts of a campaign's farms share. */
    public SignUp.Farm farm(Dice campaign) {
        return farms == null ? campaign.pick(MIXED) : farms;
    }

    double verified(String label, double otherwise) {
        double share = label.startsWith("honest:") ? honestVerified : campaignVerified;
        return share < 0 ? otherwise : share;
    }
}
