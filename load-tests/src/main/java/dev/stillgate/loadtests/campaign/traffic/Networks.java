package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.Resource;
import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** All networks of clients, by kind and country. */
public final class Networks {
    private static final List<AddressBlock> ALL =
            Resource.lines("networks.txt").stream().map(AddressBlock::parse).toList();
    private static final Map<String, List<AddressBlock>> BY_PLACE = byPlace();

    private static final Map<AddressBlock.Kind, List<AddressBlock>> BY_KIND =
            ALL.stream().collect(Collectors.groupingBy(AddressBlock::kind));

    private Networks() {}

    private static Map<String, List<AddressBlock>> byPlace() {
        TreeMap<String, List<AddressBlock>> places = new TreeMap<>();
        for (AddressBlock network : ALL) {
            places.computeIfAbsent(network.kind() + network.country(), place -> new ArrayList<>())
                    .add(network);
            places.computeIfAbsent(network.kind().name(), kind -> new ArrayList<>())
                    .add(network);
        }
        return places;
    }

    /** Draws a network of a kind in any country. */
    public static AddressBlock any(AddressBlock.Kind kind, Dice dice) {
        return dice.pick(BY_KIND.getOrDefault(kind, ALL));
    }

    /** Draws a network of a kind in a country; a home network if the country has none of that kind. */
    public static AddressBlock in(AddressBlock.Kind kind, String country, Dice dice) {
        List<AddressBlock> homes = BY_PLACE.getOrDefault(AddressBlock.Kind.ISP + country, ALL);
        return dice.pick(BY_PLACE.getOrDefault(kind + country, homes));
    }
}
