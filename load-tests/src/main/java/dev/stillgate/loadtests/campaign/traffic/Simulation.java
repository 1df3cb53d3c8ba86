package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.options.Options;
import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * All traffic sources of a run.
 *
 * @param registry the accounts; in a closed loop campaigns add accounts during the run
 */
public record Simulation(World world, List<Source> sources, AccountRegistry registry) {
    private static final int MAX_COUNT = 10_000_000;

    /** The options that select the traffic. */
    public static final List<String> OPTIONS = List.of("--scenario", "--seed", "--days", "--honest", "--scale");

    /** Creates the simulation that the command line selects. */
    public static Simulation of(Options options, Tactics tactics, SignUpRules rules) {
        Scenario scenario = Scenario.named(options.get("--scenario", "default"));
        return create(
                scenario,
                options.integer("--seed", 1, Long.MIN_VALUE, Long.MAX_VALUE),
                (int) options.integer("--days", scenario.days(), 1, MAX_COUNT),
                (int) options.integer("--honest", scenario.honest(), 0, MAX_COUNT),
                options.number("--scale", 1, 1e-6, 1000),
                tactics,
                rules);
    }

    /** Creates all accounts and sources for a seed. */
    public static Simulation create(
            Scenario scenario, long seed, int days, int honest, double scale, Tactics tactics, SignUpRules rules) {
        World world = new World(new Dice(seed).child(scenario.name()), World.DEFAULT_START, days);
        AccountRegistry registry = new AccountRegistry(rules);
        List<Source> sources = new ArrayList<>(HonestPopulation.open(world, registry, honest));
        for (CampaignPlan plan : scenario.campaigns()) {
            sources.addAll(Campaign.open(world, registry, plan.scaled(scale), tactics));
        }
        return new Simulation(world, sources, registry);
    }

    /** Returns the accounts so far, sorted by id. */
    public List<SimulatedAccount> accounts() {
        return registry.accounts().stream()
                .sorted(Comparator.comparing(SimulatedAccount::id))
                .toList();
    }

    /** Generates the whole run. */
    public void play(Consumer<SimulatedExchange> sink) {
        play(world.end(), sink);
    }

    /** Generates all exchanges before a time. */
    public void play(long until, Consumer<SimulatedExchange> sink) {
        run(until, exchange -> {
            sink.accept(exchange);
            return ApiResponse.SERVED;
        });
    }

    /** Sends all exchanges before a time to an API whose responses the clients react to. */
    public void run(long until, Api api) {
        new Traffic(sources).run(Math.min(until, world.end()), api);
    }
}
