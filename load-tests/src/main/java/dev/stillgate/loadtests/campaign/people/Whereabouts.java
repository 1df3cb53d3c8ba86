package dev.stillgate.loadtests.campaign.people;

import dev.stillgate.loadtests.campaign.draw.Dice;
import java.util.ArrayList;
import java.util.List;

/** Where an account asks from, as time goes by. The same time gives the same place. */
@FunctionalInterface
public interface Whereabouts {
    long DAY = 86_400_000;

    /** Returns the address of a session that begins at a time. */
    String at(long time);

    /** Returns servers with addresses that stay. */
    static Whereabouts servers(Dice dice, Network network, int count) {
        List<String> addresses = addresses(dice, network, count);
        return pool(dice, addresses);
    }

    /** Returns addresses that are shared with others. */
    static Whereabouts pool(Dice dice, List<String> addresses) {
        return time -> addresses.get(dice.child(time).below(addresses.size()));
    }

    /** Returns some addresses of a network. */
    static List<String> addresses(Dice dice, Network network, int count) {
        List<String> addresses = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            addresses.add(network.address(dice));
        }
        return List.copyOf(addresses);
    }

    /** Returns a home whose address the provider changes from time to time, and a phone on the way. */
    static Whereabouts home(Dice dice, String country) {
        Network line = Networks.in(Network.Kind.ISP, country, dice);
        Network phone = Networks.in(Network.Kind.MOBILE, country, dice);
        long lease = (long) (DAY * dice.logNormal(9, 1));
        double away = dice.chance(0.4) ? dice.unit() * 0.4 : 0;
        return time -> {
            Dice session = dice.child(time);
            return session.chance(away)
                    ? phone.address(session)
                    : line.address(dice.child(time / Math.max(DAY / 4, lease)));
        };
    }

    /** Returns somebody who is at home, and in other countries for some days. */
    static Whereabouts traveller(Dice dice, String country, double share) {
        Whereabouts home = home(dice, country);
        long trip = (long) (DAY * (2 + 5 * dice.unit()));
        return time -> {
            Dice leg = dice.child(time / trip);
            if (!leg.chance(share)) {
                return home.at(time);
            }
            Network hotel = Networks.any(leg.chance(0.8) ? Network.Kind.ISP : Network.Kind.MOBILE, leg);
            return hotel.address(leg.child(time / (DAY / 2)));
        };
    }

    /** Returns homes of strangers all over the world, another one for every session, as proxy networks sell them. */
    static Whereabouts residentialProxy(Dice dice) {
        return time -> {
            Dice session = dice.child(time);
            return Networks.any(Network.Kind.ISP, session).address(session);
        };
    }
}
