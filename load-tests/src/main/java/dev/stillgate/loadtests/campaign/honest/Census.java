package dev.stillgate.loadtests.campaign.honest;

import dev.stillgate.loadtests.campaign.Source;
import dev.stillgate.loadtests.campaign.World;
import dev.stillgate.loadtests.campaign.draw.Arrivals;
import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.draw.Rhythm;
import dev.stillgate.loadtests.campaign.people.Account;
import dev.stillgate.loadtests.campaign.people.Client;
import dev.stillgate.loadtests.campaign.people.Country;
import dev.stillgate.loadtests.campaign.people.Registry;
import dev.stillgate.loadtests.campaign.people.Taste;
import dev.stillgate.loadtests.campaign.people.Whereabouts;
import dev.stillgate.loadtests.campaign.text.Voice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where honest customers are counted: it opens their accounts, and says when they come and go. */
final class Census {
    private static final double RATE_SIGMA = 1.2;
    private static final double MOST_A_DAY = 900;
    private static final double NEW_SHARE = 0.12;
    private static final double MEAN_STAY_DAYS = 220;

    private final World world;
    private final Registry registry;
    private final List<Source> sources = new ArrayList<>();

    Census(World world, Registry registry) {
        this.world = world;
        this.registry = registry;
    }

    World world() {
        return world;
    }

    List<Source> sources() {
        return sources;
    }

    /** Someone with an account, and when he uses it. */
    record Member(Dice dice, Country country, Account account, String label, long joins, long leaves) {
        Taste taste(World world, double thinks, double streams) {
            return new Taste(dice.child("taste"), world, account.client().wire(), thinks, streams);
        }
    }

    /** Opens an account of a group. */
    Member open(
            String group,
            Dice dice,
            Country country,
            Client client,
            Whereabouts whereabouts,
            @Nullable String organisation) {
        long joins = world.start();
        long created = world.start() - (long) (Whereabouts.DAY * dice.logNormal(160, 1.1));
        if (dice.chance(NEW_SHARE)) {
            joins = world.start() + (long) (dice.unit() * world.days() * Whereabouts.DAY);
            created = joins;
        }
        long leaves = joins + (long) (MEAN_STAY_DAYS * dice.exponential() * Whereabouts.DAY);
        Account account = registry.open(
                dice.child("account"), organisation, created, 0.7, client, whereabouts, new Voice(dice.child("voice")));
        return new Member(dice, country, account, "honest:" + group, joins, leaves);
    }

    /** Lets someone come; {@code perDay} is the median of exchanges a day in his group. */
    void comes(Member member, Customer.Habit habit, Rhythm.Kind rhythm, double perDay, double turns) {
        Dice dice = member.dice().child("arrivals");
        double rate = Math.min(MOST_A_DAY, dice.logNormal(perDay, RATE_SIGMA)) / turns;
        comes(
                member,
                habit,
                new Arrivals(dice, new Rhythm(rhythm, member.country().zone()), rate, Arrivals.honestCv(dice)),
                0);
    }

    /** Lets someone come as given; several streams of one account have a number each. */
    void comes(Member member, Customer.Habit habit, Arrivals arrivals, int stream) {
        sources.add(new Customer(
                member.account(),
                member.label(),
                habit,
                arrivals,
                member.dice().child(stream),
                member.joins(),
                member.leaves()));
    }
}
