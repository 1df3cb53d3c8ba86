package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.Author;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.WritingStyle;
import dev.stillgate.loadtests.random.ArrivalProcess;
import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.loadtests.random.Rhythm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates honest accounts and their traffic sources. Not thread-safe. */
final class HonestAccounts {
    private static final double RATE_SIGMA = 1.2;
    private static final double MAX_PER_DAY = 900;
    private static final double NEW_SHARE = 0.12;
    private static final double MEAN_STAY_DAYS = 220;

    private final World world;
    private final AccountRegistry registry;
    private final List<Source> sources = new ArrayList<>();
    private String group = "";
    private SignUp signUp = SignUp.ALONE;

    HonestAccounts(World world, AccountRegistry registry) {
        this.world = world;
        this.registry = registry;
    }

    World world() {
        return world;
    }

    List<Source> sources() {
        return sources;
    }

    /** Sets the group of the next accounts. */
    void group(String name) {
        group = name;
    }

    /** Sets what the next accounts share in their registration. */
    void signUp(SignUp shared) {
        signUp = shared;
    }

    /** A customer with one account and the period in which it is used. */
    record Member(Dice dice, Country country, SimulatedAccount account, String label, long joins, long leaves) {
        Preferences taste(World world, double thinks, double streams) {
            return new Preferences(dice.child("taste"), world, account.client().wire(), thinks, streams);
        }

        /** Returns the customer as an author of prompts in a language. */
        Author author(Language language) {
            return new Author(dice.child("author"), language, account.style());
        }
    }

    /** Creates an account of the current group. */
    Member open(Dice dice, Country country, Client client, Location location, @Nullable String organisation) {
        long joins = world.start();
        long created = createdBefore(dice);
        if (dice.chance(NEW_SHARE)) {
            joins = world.start() + (long) (dice.unit() * world.days() * Location.DAY);
            created = joins;
        }
        long leaves = joins + (long) (MEAN_STAY_DAYS * dice.exponential() * Location.DAY);
        String label = "honest:" + group;
        SimulatedAccount account = registry.open(
                dice.child("account"),
                new AccountRegistry.Application(label, organisation, created, 0.7, signUp),
                client,
                location,
                new WritingStyle(dice.child("voice")));
        return new Member(dice, country, account, label, joins, leaves);
    }

    private long createdBefore(Dice dice) {
        long created = world.start() - (long) (Location.DAY * dice.logNormal(160, 1.1));
        return registry.rules().facts() ? signUp.createdOr(created, dice.child("sign-up")) : created;
    }

    /**
     * Schedules the conversations of a customer.
     *
     * @param perDay median of exchanges per day in the group
     * @param turns mean number of turns in a conversation
     */
    void schedule(Member member, Customer.Habit habit, Rhythm.Kind rhythm, double perDay, double turns) {
        Dice dice = member.dice().child("arrivals");
        double rate = Math.min(MAX_PER_DAY, dice.logNormal(perDay, RATE_SIGMA)) / turns;
        schedule(
                member,
                habit,
                new ArrivalProcess(
                        dice, new Rhythm(rhythm, member.country().zone()), rate, ArrivalProcess.honestCv(dice)),
                0);
    }

    /** Schedules one of several streams of conversations of a customer. */
    void schedule(Member member, Customer.Habit habit, ArrivalProcess arrivals, int stream) {
        sources.add(new Customer(
                member.account(),
                member.label(),
                habit,
                arrivals,
                member.dice().child(stream),
                member.joins(),
                member::leaves));
    }
}
