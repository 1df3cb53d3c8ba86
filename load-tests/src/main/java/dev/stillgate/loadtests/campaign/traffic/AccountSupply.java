package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.WritingStyle;
import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.List;

/** Creates the accounts of a campaign, with their age, client and addresses, and the replacements of blocked ones. */
final class AccountSupply {
    private static final List<String> LANGUAGES = List.of("de", "fr", "es", "pt", "ru", "zh", "ja");
    private static final double HOUR = 3_600_000;
    private static final int FARM = 40; // accounts of one farm
    private static final int MAX_PLANNED = 1 << 20; // farms of planned accounts

    private final World world;
    private final AccountRegistry registry;
    private final CampaignPlan plan;
    private final Tactics tactics;
    private final Dice dice;
    private final ClientKind kind;
    private final Client shared;
    private final List<String> servers;
    private final AccountSlot.Caution caution;
    private final SignUp.Farm farms;
    private int replaced;

    AccountSupply(World world, AccountRegistry registry, CampaignPlan plan, Tactics tactics, Dice dice) {
        this.world = world;
        this.registry = registry;
        this.plan = plan;
        this.tactics = tactics;
        this.dice = dice;
        this.caution = new AccountSlot.Caution(tactics.mostTimes() * plan.perDay());
        this.farms = registry.rules()
                .farm(world.dice().child("campaign:" + plan.name()).child("farm"));
        this.kind = ClientKind.any(dice);
        this.shared = kind.installed(dice);
        AddressBlock network = Networks.any(AddressBlock.Kind.HOSTING, dice);
        this.servers = Location.addresses(dice.child("servers"), network, 2 + plan.accounts() / 12);
    }

    AccountSlot slot(int number) {
        Dice own = dice.child(number);
        long begins = world.start() + (long) (plan.startDay() * world.days() * Location.DAY);
        double spread = plan.hides(Evasion.STAGGERED) ? 0.6 * world.days() : 0.25;
        long from = begins + (long) (own.unit() * spread * Location.DAY);
        Language language = plan.hides(Evasion.LANGUAGES) ? Language.of(own.pick(LANGUAGES)) : Language.english();
        List<AccountSlot.Tenure> tenures = new ArrayList<>();
        for (int generation = 0; from < world.end(); generation++) {
            Dice holder = own.child(generation);
            SimulatedAccount account =
                    open(holder, generation == 0 ? from - age(holder) : from, (number + 7 * generation) / FARM);
            long until =
                    plan.hides(Evasion.CHURN) ? from + (long) (Location.DAY * (2 + 3 * holder.unit())) : Long.MAX_VALUE;
            tenures.add(new AccountSlot.Tenure(from, until, account));
            from = until == Long.MAX_VALUE ? until : until + (long) (HOUR * (2 + 22 * holder.unit()));
        }
        Dice later = own.child("replacements");
        return new AccountSlot(
                number,
                language,
                tenures,
                plan.hides(Evasion.RELAYED)
                        ? Reaction.ofRelay(own.child("reaction"))
                        : new Reaction(own.child("reaction")),
                caution,
                tactics.replaces()
                        ? opened -> open(later.child(opened), opened, MAX_PLANNED + replaced++ / FARM)
                        : null);
    }

    private long age(Dice holder) {
        double days = plan.hides(Evasion.AGED) ? holder.logNormal(120, 0.8) : 1 + 6 * holder.unit();
        return (long) (days * Location.DAY);
    }

    private SimulatedAccount open(Dice holder, long created, int farm) {
        double verified = plan.hides(Evasion.AGED) ? 0.6 : 0.3;
        SignUp signUp = SignUp.farm(farms, dice.child("farm").child(farm));
        return registry.open(
                holder,
                new AccountRegistry.Application("campaign:" + plan.name(), null, created, verified, signUp),
                client(holder),
                location(holder),
                new WritingStyle(holder));
    }

    private Client client(Dice holder) {
        if (plan.hides(Evasion.FORGED)) {
            return ClientKind.speaking(shared.wire(), holder).installed(holder).withTlsOf(shared);
        }
        return plan.evasions().isEmpty() || plan.hides(Evasion.RELAYED) ? shared : kind.installed(holder);
    }

    private Location location(Dice holder) {
        if (plan.hides(Evasion.COUNTRIES)) {
            return Location.residentialProxy(holder);
        }
        if (plan.hides(Evasion.HOMES)) {
            return Location.home(holder, Country.any(holder).code());
        }
        return Location.pool(holder, servers);
    }
}
