package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.harvest.Blocked;
import dev.stillgate.loadtests.campaign.harvest.Campaign;
import dev.stillgate.loadtests.campaign.harvest.Plan;
import dev.stillgate.loadtests.campaign.honest.Population;
import dev.stillgate.loadtests.campaign.people.Account;
import dev.stillgate.loadtests.campaign.people.Registry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Everybody in a run.
 *
 * @param accounts in the order of their ids
 */
public record Cast(World world, List<Source> sources, List<Account> accounts) {

    /** Draws everybody for a seed. */
    public static Cast draw(Scenario scenario, long seed, int days, int honest, double scale, Blocked blocked) {
        World world = new World(new Dice(seed).child(scenario.name()), World.DEFAULT_START, days);
        Registry registry = new Registry();
        List<Source> sources = new ArrayList<>(Population.open(world, registry, honest));
        for (Plan plan : scenario.campaigns()) {
            sources.addAll(Campaign.open(world, registry, plan.scaled(scale), blocked));
        }
        List<Account> accounts = new ArrayList<>(registry.accounts());
        accounts.sort(Comparator.comparing(Account::id));
        return new Cast(world, sources, accounts);
    }

    /** Plays the run. */
    public void play(Consumer<Exchange> sink) {
        play(world.end(), sink);
    }

    /** Plays what is due before a time. */
    public void play(long until, Consumer<Exchange> sink) {
        new Traffic(sources).run(Math.min(until, world.end()), sink);
    }
}
