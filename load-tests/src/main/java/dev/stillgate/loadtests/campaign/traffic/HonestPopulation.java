package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;
import java.util.List;

/** All honest customers, in groups with fixed shares. */
public final class HonestPopulation {
    private static final List<Group> GROUPS = List.of(
            new Group("chat", 0.26, each(ChatCustomers::chat)),
            new Group("languages", 0.10, each(ChatCustomers::languages)),
            new Group("tutoring", 0.06, each(ChatCustomers::tutoring)),
            new Group("campus", 0.05, ChatCustomers::campus),
            new Group("vpn", 0.03, ChatCustomers::vpn),
            new Group("traveller", 0.02, each(ChatCustomers::traveller)),
            new Group("agents", 0.14, ProgramCustomers::agents),
            new Group("own-agents", 0.03, each(ProgramCustomers::ownAgents)),
            new Group("product", 0.03, each(ProductCustomers::product)),
            new Group("public-template", 0.06, each(ProgramCustomers::publicTemplate)),
            new Group("evaluator", 0.05, each(ProgramCustomers::evaluator)),
            new Group("benchmark", 0.01, each(ProgramCustomers::benchmark)),
            new Group("synthesis", 0.01, each(ProgramCustomers::synthesis)),
            new Group("batch", 0.04, each(ProductCustomers::batch)),
            new Group("rag", 0.06, each(ProgramCustomers::rag)),
            new Group("key-rotation", 0.02, ProductCustomers::keyRotation),
            new Group("reseller", 0.03, ProductCustomers::reseller));

    private HonestPopulation() {}

    /** A kind of customer and its share of the accounts. */
    private record Group(String name, double share, Maker maker) {}

    /** Factory of the customers of a group. */
    @FunctionalInterface
    interface Maker {
        /** Creates a number of customers. */
        void make(HonestAccounts accounts, Dice dice, int count);
    }

    /** Factory of one customer. */
    @FunctionalInterface
    interface One {
        /** Creates a customer. */
        void make(HonestAccounts accounts, Dice dice);
    }

    /** Returns a factory of customers that have nothing in common. */
    private static Maker each(One one) {
        return (accounts, group, count) -> {
            for (int i = 0; i < count; i++) {
                one.make(accounts, group.child(i));
            }
        };
    }

    /** Creates a number of honest customers. */
    public static List<Source> open(World world, AccountRegistry registry, int count) {
        HonestAccounts accounts = new HonestAccounts(world, registry);
        double share = 0;
        int opened = 0;
        for (Group group : GROUPS) {
            share += group.share;
            int upTo = (int) Math.round(share * count);
            accounts.group(group.name);
            group.maker.make(accounts, world.dice().child(group.name), upTo - opened);
            opened = upTo;
        }
        return accounts.sources();
    }

    /** Returns the names of all groups. */
    public static List<String> groups() {
        return GROUPS.stream().map(Group::name).toList();
    }
}
