package dev.stillgate.loadtests.campaign.play;

import dev.stillgate.loadtests.campaign.attack.Tactics;
import dev.stillgate.loadtests.campaign.client.SignUpRules;
import dev.stillgate.loadtests.campaign.scenario.Simulation;
import dev.stillgate.loadtests.options.Options;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options of {@code campaign play}. */
public final class PlayOptions {
    private static final List<String> OWN =
            List.of("--policy", "--out", "--reviews", "--errors", "--account-price", "--verification-price");

    private final Options options;
    private final Path policy;

    private PlayOptions(Options options, Path policy) {
        this.options = options;
        this.policy = policy;
    }

    /** Parses arguments; throws {@link IllegalArgumentException} naming an invalid one. */
    public static PlayOptions parse(String[] args, int from) {
        List<String> known = new ArrayList<>(OWN);
        known.addAll(Simulation.OPTIONS);
        known.addAll(SignUpRules.OPTIONS);
        known.addAll(Tactics.OPTIONS);
        Options options = new Options(args, from, known);
        String policy = options.get("--policy");
        if (policy == null) {
            throw new IllegalArgumentException("--policy is needed");
        }
        return new PlayOptions(options, Path.of(policy));
    }

    Simulation simulation() {
        return Simulation.of(options, Tactics.of(options), SignUpRules.of(options, "yes"));
    }

    Path policy() {
        return policy;
    }

    Operator.Rules operator() {
        return new Operator.Rules(
                (int) options.integer("--reviews", 10, 0, 1000), options.number("--errors", 0.05, 0, 1));
    }

    Prices prices() {
        return new Prices(
                options.number("--account-price", 2, 0, 1e6), options.number("--verification-price", 20, 0, 1e6));
    }

    /** Returns the file of the JSON report, null for none. */
    @Nullable
    Path out() {
        String out = options.get("--out");
        return out == null ? null : Path.of(out);
    }
}
