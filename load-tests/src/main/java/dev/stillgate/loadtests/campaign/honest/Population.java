package dev.stillgate.loadtests.campaign.honest;

import dev.stillgate.loadtests.campaign.Source;
import dev.stillgate.loadtests.campaign.World;
import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.people.Registry;
import java.util.List;

/** All honest customers, in groups of fixed shares. */
public final class Population {
    private static final List<Group> GROUPS = List.of(
            new Group("chat", 0.26, People::chat),
            new Group("languages", 0.10, People::languages),
            new Group("tutoring", 0.06, People::tutoring),
            new Group("campus", 0.05, People::campus),
            new Group("vpn", 0.03, People::vpn),
            new Group("traveller", 0.02, People::traveller),
            new Group("agents", 0.14, Programs::agents),
            new Group("own-agents", 0.03, Programs::ownAgents),
            new Group("product", 0.03, Products::product),
            new Group("public-template", 0.06, Programs::publicTemplate),
            new Group("evaluator", 0.05, Programs::evaluator),
            new Group("benchmark", 0.01, Programs::benchmark),
            new Group("synthesis", 0.01, Programs::synthesis),
            new Group("batch", 0.04, Products::batch),
            new Group("rag", 0.06, Programs::rag),
            new Group("key-rotation", 0.02, Products::keyRotation),
            new Group("reseller", 0.03, Products::reseller));

    private Population() {}

    /** A kind of customer. */
    private record Group(String name, double share, Maker maker) {}

    /** Makes the members of a group. */
    @FunctionalInterface
    interface Maker {
        /** Opens some accounts. */
        void make(Census census, Dice dice, int count);
    }

    /** Opens the accounts of some honest customers. */
    public static List<Source> open(World world, Registry registry, int count) {
        Census census = new Census(world, registry);
        double share = 0;
        int opened = 0;
        for (Group group : GROUPS) {
            share += group.share;
            int upTo = (int) Math.round(share * count);
            group.maker.make(census, world.dice().child(group.name), upTo - opened);
            opened = upTo;
        }
        return census.sources();
    }

    /** Returns the names of all groups. */
    public static List<String> groups() {
        return GROUPS.stream().map(Group::name).toList();
    }
}
