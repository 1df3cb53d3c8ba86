package dev.stillgate.loadtests.campaign.client;

import dev.stillgate.loadtests.campaign.random.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** All networks of clients, by kind and country. */
public final class Networks {
    private static final List<Network> ALL =
            Resource.lines("networks.txt").stream().map(Network::parse).toList();
    private static final Map<String, List<Network>> BY_PLACE = byPlace();

    private static final Map<Network.Kind, List<Network>> BY_KIND =
            ALL.stream().collect(Collectors.groupingBy(Network::kind));

    private Networks() {}

    private static Map<String, List<Network>> byPlace() {
        TreeMap<String, List<Network>> places = new TreeMap<>();
        for (Network network : ALL) {
            places.computeIfAbsent(network.kind() + network.country(), place -> new ArrayList<>())
                    .add(network);
            places.computeIfAbsent(network.kind().name(), kind -> new ArrayList<>())
                    .add(network);
        }
        return places;
    }

    /** Draws a network of a kind in any country. */
    public static Network any(Network.Kind kind, Dice dice) {
        return dice.pick(BY_KIND.getOrDefault(kind, ALL));
    }

    /** Draws a network of a kind in a country; a home network if the country has none of that kind. */
    public static Network in(Network.Kind kind, String country, Dice dice) {
        List<Network> homes = BY_PLACE.getOrDefault(Network.Kind.ISP + country, ALL);
        return dice.pick(BY_PLACE.getOrDefault(kind + country, homes));
    }
}
