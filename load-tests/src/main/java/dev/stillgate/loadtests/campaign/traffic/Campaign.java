package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.Wire;
import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.List;

/** Creates the traffic sources of a campaign: one operator with many accounts. */
public final class Campaign {
    private static final List<Balancer.Kind> BALANCERS =
            List.of(Balancer.Kind.TURN, Balancer.Kind.SHUFFLED, Balancer.Kind.LEAST_USED);

    private Campaign() {}

    /** Creates the accounts and sources of a campaign. */
    public static List<Source> open(World world, AccountRegistry registry, CampaignPlan plan, Tactics tactics) {
        Dice dice = world.dice().child("campaign:" + plan.name());
        Balancer.Kind kind = kind(plan, dice);
        List<Source> sources = new ArrayList<>();
        for (int path = 0; path < Math.min(plan.access(), plan.accounts()); path++) {
            Dice own = dice.child(path);
            AccountSupply supply = new AccountSupply(world, registry, plan, tactics, own.child("accounts"));
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
                Dice chats = own.child("cover");
                slots.forEach(slot -> sources.add(new Cover(world, plan, slot, chats)));
            }
        }
        return sources;
    }

    private static Balancer.Kind kind(CampaignPlan plan, Dice dice) {
        if (plan.hides(Evasion.RELAYED)) {
            return Balancer.Kind.LEAST_RECENT;
        }
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
}
