package dev.stillgate.loadtests.campaign.harvest;

import dev.stillgate.loadtests.campaign.World;
import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.people.Account;
import dev.stillgate.loadtests.campaign.people.Client;
import dev.stillgate.loadtests.campaign.people.ClientKind;
import dev.stillgate.loadtests.campaign.people.Country;
import dev.stillgate.loadtests.campaign.people.Network;
import dev.stillgate.loadtests.campaign.people.Networks;
import dev.stillgate.loadtests.campaign.people.Registry;
import dev.stillgate.loadtests.campaign.people.Whereabouts;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Voice;
import java.util.ArrayList;
import java.util.List;

/** How a campaign gets its accounts: their age, their client, their addresses, and new ones for those that are blocked. */
final class Recruiting {
    private static final List<String> LANGUAGES = List.of("de", "fr", "es", "pt", "ru", "zh", "ja");
    private static final double HOUR = 3_600_000;

    private final World world;
    private final Registry registry;
    private final Plan plan;
    private final Blocked blocked;
    private final Dice dice;
    private final ClientKind kind;
    private final Client one;
    private final List<String> servers;

    /** Prepares one access path. */
    Recruiting(World world, Registry registry, Plan plan, Blocked blocked, Dice dice) {
        this.world = world;
        this.registry = registry;
        this.plan = plan;
        this.blocked = blocked;
        this.dice = dice;
        this.kind = ClientKind.any(dice);
        this.one = kind.installed(dice);
        Network network = Networks.any(Network.Kind.HOSTING, dice);
        this.servers = Whereabouts.addresses(dice.child("servers"), network, 2 + plan.accounts() / 12);
    }

    Seat seat(int number) {
        Dice own = dice.child(number);
        long begins = world.start() + (long) (plan.startDay() * world.days() * Whereabouts.DAY);
        double spread = plan.hides(Evasion.STAGGERED) ? 0.6 * world.days() : 0.25;
        long from = begins + (long) (own.unit() * spread * Whereabouts.DAY);
        Language language = plan.hides(Evasion.LANGUAGES) ? Language.of(own.pick(LANGUAGES)) : Language.english();
        List<Seat.Tenure> tenures = new ArrayList<>();
        for (int generation = 0; from < world.end(); generation++) {
            Dice holder = own.child(generation);
            Account account = open(holder, generation == 0 ? from - age(holder) : from);
            long until = blocked.since(account.id());
            if (until != Long.MAX_VALUE) {
                until += (long) (0.5 * HOUR * holder.exponential()); // until it is noticed
            }
            if (plan.hides(Evasion.CHURN)) {
                until = Math.min(until, from + (long) (Whereabouts.DAY * (2 + 3 * holder.unit())));
            }
            tenures.add(new Seat.Tenure(from, until, account));
            from = until == Long.MAX_VALUE ? until : until + (long) (HOUR * (2 + 22 * holder.unit()));
        }
        return new Seat(number, language, tenures);
    }

    private long age(Dice holder) {
        double days = plan.hides(Evasion.AGED) ? holder.logNormal(120, 0.8) : 1 + 6 * holder.unit();
        return (long) (days * Whereabouts.DAY);
    }

    private Account open(Dice holder, long created) {
        double verified = plan.hides(Evasion.AGED) ? 0.6 : 0.3;
        return registry.open(holder, null, created, verified, client(holder), whereabouts(holder), new Voice(holder));
    }

    private Client client(Dice holder) {
        if (plan.hides(Evasion.FORGED)) {
            return ClientKind.speaking(one.wire(), holder).installed(holder).over(one);
        }
        return plan.evasions().isEmpty() ? one : kind.installed(holder);
    }

    private Whereabouts whereabouts(Dice holder) {
        if (plan.hides(Evasion.COUNTRIES)) {
            return Whereabouts.residentialProxy(holder);
        }
        if (plan.hides(Evasion.HOMES)) {
            return Whereabouts.home(holder, Country.any(holder).code());
        }
        return Whereabouts.pool(holder, servers);
    }
}
