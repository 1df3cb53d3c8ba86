package dev.stillgate.loadtests.campaign.attack;

import dev.stillgate.loadtests.campaign.client.Account;
import dev.stillgate.loadtests.campaign.client.Author;
import dev.stillgate.loadtests.campaign.conversation.ChatDialogue;
import dev.stillgate.loadtests.campaign.conversation.Scripts;
import dev.stillgate.loadtests.campaign.honest.Customer;
import dev.stillgate.loadtests.campaign.random.Arrivals;
import dev.stillgate.loadtests.campaign.random.Dice;
import dev.stillgate.loadtests.campaign.random.Rhythm;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.traffic.Api;
import dev.stillgate.loadtests.campaign.traffic.Preferences;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.traffic.World;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.ToolSet;

/** Cover traffic of a slot: ordinary chats of its accounts, one account after the other. Not thread-safe. */
final class Cover implements Source {
    private static final double COVER_SHARE = 0.7; // of the exchanges of the campaign
    private static final byte[] NO_SYSTEM = {};

    private final World world;
    private final Plan plan;
    private final AccountSlot slot;
    private final Dice dice;
    private int tenure;
    private Customer customer;
    private long due;

    Cover(World world, Plan plan, AccountSlot slot, Dice dice) {
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
        Account account = slot.tenures().get(index).account();
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
                        new Conversation(account.client().wire(), own, NO_SYSTEM, ToolSet.NONE, false),
                        taste.at(time),
                        Scripts.chat(author),
                        Math.min(8, own.geometric(2)),
                        40,
                        own),
                new Arrivals(own.child("arrivals"), rhythm, sessions, 1.3),
                own,
                Math.max(due, slot.tenures().get(index).from()), // a replacement is met when its turn comes
                () -> slot.tenures().get(index).until());
    }
}
