package dev.stillgate.loadtests.campaign.scenario;

import dev.stillgate.loadtests.campaign.attack.Campaign;
import dev.stillgate.loadtests.campaign.attack.Plan;
import dev.stillgate.loadtests.campaign.attack.Tactics;
import dev.stillgate.loadtests.campaign.client.Account;
import dev.stillgate.loadtests.campaign.client.AccountRegistry;
import dev.stillgate.loadtests.campaign.client.SignUpRules;
import dev.stillgate.loadtests.campaign.honest.Population;
import dev.stillgate.loadtests.campaign.random.Dice;
import dev.stillgate.loadtests.campaign.traffic.Api;
import dev.stillgate.loadtests.campaign.traffic.ApiResponse;
import dev.stillgate.loadtests.campaign.traffic.Exchange;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.traffic.Traffic;
import dev.stillgate.loadtests.campaign.traffic.World;
import dev.stillgate.loadtests.options.Options;
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
        List<Source> sources = new ArrayList<>(Population.open(world, registry, honest));
        for (Plan plan : scenario.campaigns()) {
            sources.addAll(Campaign.open(world, registry, plan.scaled(scale), tactics));
        }
        return new Simulation(world, sources, registry);
    }

    /** Returns the accounts so far, sorted by id. */
    public List<Account> accounts() {
        return registry.accounts().stream()
                .sorted(Comparator.comparing(Account::id))
                .toList();
    }

    /** Generates the whole run. */
    public void play(Consumer<Exchange> sink) {
        play(world.end(), sink);
    }

    /** Generates all exchanges before a time. */
    public void play(long until, Consumer<Exchange> sink) {
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
