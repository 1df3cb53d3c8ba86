package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.OfferedTools;
import dev.stillgate.loadtests.campaign.text.Author;
import dev.stillgate.loadtests.campaign.text.ChatDialogue;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scripts;
import dev.stillgate.loadtests.random.ArrivalProcess;
import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.loadtests.random.Rhythm;

/** Cover traffic of a slot: ordinary chats of its accounts, one account after the other. Not thread-safe. */
final class Cover implements Source {
    private static final double COVER_SHARE = 0.7; // of the exchanges of the campaign
    private static final byte[] NO_SYSTEM = {};

    private final World world;
    private final CampaignPlan plan;
    private final AccountSlot slot;
    private final Dice dice;
    private int tenure;
    private Customer customer;
    private long due;

    Cover(World world, CampaignPlan plan, AccountSlot slot, Dice dice) {
        this.world = world;
        this.plan = plan;
        this.slot = slot;
        this.dice = dice;
        this.customer = customer(0);
    }

    @Override
    public long due() {
        while (customer.due() == NEVER && tenure + 1 < slot.tenures().size()) {
            customer = customer(++tenure);
        }
        due = customer.due();
        return due;
    }

    @Override
    public void send(Api api) {
        customer.send(api);
    }

    private Customer customer(int index) {
        SimulatedAccount account = slot.tenures().get(index).account();
        Dice own = dice.child(account.id());
        Preferences taste =
                new Preferences(own.child("taste"), world, account.client().wire(), 0.05, 0.5);
        Author author = new Author(own.child("author"), Language.english(), account.style());
        Rhythm rhythm = new Rhythm(Rhythm.Kind.PUBLIC, 0);
        double sessions = plan.perDay() * COVER_SHARE / 2;
        return new Customer(
                account,
                "campaign:" + plan.name() + "/cover",
                time -> new ChatDialogue(
                        new ModelConversation(account.client().wire(), own, NO_SYSTEM, OfferedTools.NONE, false),
                        taste.at(time),
                        Scripts.chat(author),
                        Math.min(8, own.geometric(2)),
                        40,
                        own),
                new ArrivalProcess(own.child("arrivals"), rhythm, sessions, 1.3),
                own,
                Math.max(due, slot.tenures().get(index).from()), // a replacement is met when its turn comes
                () -> slot.tenures().get(index).until());
    }
}
