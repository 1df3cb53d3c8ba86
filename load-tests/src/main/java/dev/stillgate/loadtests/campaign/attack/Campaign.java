package dev.stillgate.loadtests.campaign.attack;

import dev.stillgate.loadtests.campaign.client.Account;
import dev.stillgate.loadtests.campaign.client.AccountRegistry;
import dev.stillgate.loadtests.campaign.client.Author;
import dev.stillgate.loadtests.campaign.conversation.ChatDialogue;
import dev.stillgate.loadtests.campaign.conversation.Scripts;
import dev.stillgate.loadtests.campaign.honest.Customer;
import dev.stillgate.loadtests.campaign.random.Arrivals;
import dev.stillgate.loadtests.campaign.random.Dice;
import dev.stillgate.loadtests.campaign.random.Rhythm;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.traffic.Preferences;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.traffic.World;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.ToolSet;
import dev.stillgate.loadtests.campaign.wire.Wire;
import java.util.ArrayList;
import java.util.List;

/** Creates the traffic sources of a campaign: one operator with many accounts. */
public final class Campaign {
    private static final double COVER_SHARE = 0.7; // of the exchanges of the campaign
    private static final byte[] NO_SYSTEM = {};
    private static final List<Balancer.Kind> BALANCERS =
            List.of(Balancer.Kind.TURN, Balancer.Kind.SHUFFLED, Balancer.Kind.LEAST_USED);

    private Campaign() {}

    /** Creates the accounts and sources of a campaign. */
    public static List<Source> open(World world, AccountRegistry registry, Plan plan, BlockedAccounts blocked) {
        Dice dice = world.dice().child("campaign:" + plan.name());
        Balancer.Kind kind = kind(plan, dice);
        List<Source> sources = new ArrayList<>();
        for (int path = 0; path < Math.min(plan.access(), plan.accounts()); path++) {
            Dice own = dice.child(path);
            AccountSupply supply = new AccountSupply(world, registry, plan, blocked, own.child("accounts"));
            List<AccountSlot> slots = new ArrayList<>();
            for (int number = path; number < plan.accounts(); number += plan.access()) {
                slots.add(supply.slot(number));
            }
            Wire wire = slots.getFirst().tenures().getFirst().account().client().wire();
            ItemWriter itemWriter = new ItemWriter(world, plan, wire, dice.child("order"));
            Dice deals = own.child("dispatch");
            if (plan.hides(Evasion.OWN_TIMES)) {
                for (AccountSlot slot : slots) {
                    int number = slot.number();
                    sources.add(new Dispatcher(
                            world,
                            plan,
                            itemWriter,
                            List.of(slot),
                            deals.child(number),
                            kind,
                            number,
                            plan.accounts()));
                }
            } else {
                sources.add(new Dispatcher(world, plan, itemWriter, slots, deals, kind, path, plan.access()));
            }
            if (plan.hides(Evasion.COVER)) {
                cover(world, plan, slots, own.child("cover"), sources);
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

    private static void cover(World world, Plan plan, List<AccountSlot> slots, Dice dice, List<Source> sources) {
        for (AccountSlot slot : slots) {
            for (AccountSlot.Tenure tenure : slot.tenures()) {
                Account account = tenure.account();
                Dice own = dice.child(account.id());
                Preferences taste = new Preferences(
                        own.child("taste"), world, account.client().wire(), 0.05, 0.5);
                Author author = new Author(own.child("author"), Language.english(), account.style());
                Rhythm rhythm = new Rhythm(Rhythm.Kind.PUBLIC, 0);
                double sessions = plan.perDay() * COVER_SHARE / 2;
                sources.add(new Customer(
                        account,
                        "campaign:" + plan.name() + "/cover",
                        time -> new ChatDialogue(
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
