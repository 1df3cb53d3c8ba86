package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.List;

/** The network address of an account as a function of time. Thread-safe. */
@FunctionalInterface
public interface Location {
    long DAY = 86_400_000;

    /** Returns the address of a session that begins at a time. */
    String at(long time);

    /** Servers with fixed addresses. */
    static Location servers(Dice dice, AddressBlock network, int count) {
        List<String> addresses = addresses(dice, network, count);
        return pool(dice, addresses);
    }

    /** A pool of addresses that is shared with other accounts. */
    static Location pool(Dice dice, List<String> addresses) {
        return time -> addresses.get(dice.child(time).below(addresses.size()));
    }

    /** Draws addresses of a network. */
    static List<String> addresses(Dice dice, AddressBlock network, int count) {
        List<String> addresses = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            addresses.add(network.address(dice));
        }
        return List.copyOf(addresses);
    }

    /** A home connection with an address that changes from time to time, and a phone. */
    static Location home(Dice dice, String country) {
        AddressBlock line = Networks.in(AddressBlock.Kind.ISP, country, dice);
        AddressBlock phone = Networks.in(AddressBlock.Kind.MOBILE, country, dice);
        long lease = (long) (DAY * dice.logNormal(9, 1));
        double away = dice.chance(0.4) ? dice.unit() * 0.4 : 0;
        return time -> {
            Dice session = dice.child(time);
            return session.chance(away)
                    ? phone.address(session)
                    : line.address(dice.child(time / Math.max(DAY / 4, lease)));
        };
    }

    /** A traveller: at home, and on trips to other countries. */
    static Location traveller(Dice dice, String country, double share) {
        Location home = home(dice, country);
        long trip = (long) (DAY * (2 + 5 * dice.unit()));
        return time -> {
            Dice leg = dice.child(time / trip);
            if (!leg.chance(share)) {
                return home.at(time);
            }
            AddressBlock hotel = Networks.any(leg.chance(0.8) ? AddressBlock.Kind.ISP : AddressBlock.Kind.MOBILE, leg);
            return hotel.address(leg.child(time / (DAY / 2)));
        };
    }

    /** A residential proxy network: a random home address anywhere for every session. */
    static Location residentialProxy(Dice dice) {
        return time -> {
            Dice session = dice.child(time);
            return Networks.any(AddressBlock.Kind.ISP, session).address(session);
        };
    }
}
