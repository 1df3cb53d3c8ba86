package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.SignUpRules;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import dev.stillgate.loadtests.campaign.traffic.Tactics;
import dev.stillgate.loadtests.options.Options;
import dev.stillgate.loadtests.random.Dice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Options of {@code campaign play}. */
public final class PlayOptions {
    private static final List<String> OWN =
            List.of("--policy", "--out", "--reviews", "--errors", "--confirm-verified", "--joins", "--promise");
    private static final List<String> OF_LOG = List.of("--log", "--accounts", "--seed");

    private final Options options;
    private final Path policy;

    private PlayOptions(Options options, Path policy) {
        this.options = options;
        this.policy = policy;
    }

    /** Parses arguments; throws {@link IllegalArgumentException} naming an invalid one. */
    public static PlayOptions parse(String[] args, int from) {
        List<String> known = new ArrayList<>(OWN);
        if (Arrays.asList(args).contains("--log")) {
            known.addAll(OF_LOG);
        } else {
            known.addAll(Simulation.OPTIONS);
            known.addAll(SignUpRules.OPTIONS);
        }
        Options options = new Options(args, from, known);
        String policy = options.get("--policy");
        if (policy == null) {
            throw new IllegalArgumentException("--policy is needed");
        }
        return new PlayOptions(options, Path.of(policy));
    }

    Simulation simulation() {
        return Simulation.of(options, Tactics.STUBBORN, SignUpRules.of(options, "yes"));
    }

    /** Returns the log whose traffic is played, null for generated traffic. */
    @Nullable
    Path log() {
        return path("--log");
    }

    /** Returns the accounts file of the log, null for none. */
    @Nullable
    Path accounts() {
        return path("--accounts");
    }

    Dice dice() {
        return new Dice(options.integer("--seed", 1, Long.MIN_VALUE, Long.MAX_VALUE));
    }

    Path policy() {
        return policy;
    }

    SimulatedOperator.Rules operator() {
        return new SimulatedOperator.Rules(
                (int) options.integer("--reviews", 10, 0, 1000),
                options.number("--errors", 0.05, 0, 1),
                options.choice("--confirm-verified", "no", List.of("yes", "no")).equals("yes"),
                options.choice(
                        "--joins",
                        SimulatedOperator.NO_ORDER,
                        List.of("pool", "mark", "queue", SimulatedOperator.NO_ORDER)),
                options.number("--promise", 1, 0, 1));
    }

    /** Returns the file of the JSON report, null for none. */
    @Nullable
    Path out() {
        return path("--out");
    }

    private @Nullable Path path(String option) {
        String value = options.get(option);
        return value == null ? null : Path.of(value);
    }
}
