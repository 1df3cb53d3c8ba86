package dev.stillgate.loadtests.campaign.harvest;

import dev.stillgate.loadtests.campaign.Source;
import dev.stillgate.loadtests.campaign.World;
import dev.stillgate.loadtests.campaign.draw.Arrivals;
import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.draw.Rhythm;
import dev.stillgate.loadtests.campaign.honest.Customer;
import dev.stillgate.loadtests.campaign.people.Account;
import dev.stillgate.loadtests.campaign.people.Author;
import dev.stillgate.loadtests.campaign.people.Registry;
import dev.stillgate.loadtests.campaign.people.Taste;
import dev.stillgate.loadtests.campaign.talk.Scripts;
import dev.stillgate.loadtests.campaign.talk.Talk;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.ToolSet;
import dev.stillgate.loadtests.campaign.wire.Wire;
import java.util.ArrayList;
import java.util.List;

/** One actor with many accounts. */
public final class Campaign {
    private static final double COVER_SHARE = 0.7; // of the harvest
    private static final byte[] NO_SYSTEM = {};
    private static final List<Balancer.Kind> BALANCERS =
            List.of(Balancer.Kind.TURN, Balancer.Kind.SHUFFLED, Balancer.Kind.LEAST_USED);

    private Campaign() {}

    /** Opens the accounts of a campaign. */
    public static List<Source> open(World world, Registry registry, Plan plan, Blocked blocked) {
        Dice dice = world.dice().child("campaign:" + plan.name());
        Balancer.Kind kind = kind(plan, dice);
        List<Source> sources = new ArrayList<>();
        for (int path = 0; path < Math.min(plan.access(), plan.accounts()); path++) {
            Dice own = dice.child(path);
            Recruiting recruiting = new Recruiting(world, registry, plan, blocked, own.child("accounts"));
            List<Seat> seats = new ArrayList<>();
            for (int number = path; number < plan.accounts(); number += plan.access()) {
                seats.add(recruiting.seat(number));
            }
            Wire wire = seats.getFirst().tenures().getFirst().account().client().wire();
            Order order = new Order(world, plan, wire, dice.child("order"));
            Dice deals = own.child("dispatch");
            if (plan.hides(Evasion.OWN_TIMES)) {
                for (Seat seat : seats) {
                    int number = seat.number();
                    sources.add(new Dispatcher(
                            world, plan, order, List.of(seat), deals.child(number), kind, number, plan.accounts()));
                }
            } else {
                sources.add(new Dispatcher(world, plan, order, seats, deals, kind, path, plan.access()));
            }
            if (plan.hides(Evasion.COVER)) {
                cover(world, plan, seats, own.child("cover"), sources);
            }
        }
        return sources;
    }

    private static Balancer.Kind kind(Plan plan, Dice dice) {
        if (plan.hides(Evasion.SESSIONS) || plan.hides(Evasion.OWN_TIMES)) {
            return Balancer.Kind.BLOCKS;
        }
        if (plan.hides(Evasion.UNEVEN)) {
            return Balancer.Kind.UNEVEN;
        }
        return plan.hides(Evasion.RANDOM)
                ? Balancer.Kind.RANDOM
                : dice.child("balancer").pick(BALANCERS);
    }

    private static void cover(World world, Plan plan, List<Seat> seats, Dice dice, List<Source> sources) {
        for (Seat seat : seats) {
            for (Seat.Tenure tenure : seat.tenures()) {
                Account account = tenure.account();
                Dice own = dice.child(account.id());
                Taste taste =
                        new Taste(own.child("taste"), world, account.client().wire(), 0.05, 0.5);
                Author author = new Author(own.child("author"), Language.english(), account.voice());
                Rhythm rhythm = new Rhythm(Rhythm.Kind.PUBLIC, 0);
                double sessions = plan.perDay() * COVER_SHARE / 2;
                sources.add(new Customer(
                        account,
                        "campaign:" + plan.name() + "/cover",
                        time -> new Talk(
                                new Conversation(account.client().wire(), own, NO_SYSTEM, ToolSet.NONE, false),
                                taste.at(time),
                                Scripts.chat(author),
                                Math.min(8, own.geometric(2)),
                                40,
                                own),
                        new Arrivals(own.child("arrivals"), rhythm, sessions, 1.3),
                        own,
                        tenure.from(),
                        tenure.until()));
            }
        }
    }
}
