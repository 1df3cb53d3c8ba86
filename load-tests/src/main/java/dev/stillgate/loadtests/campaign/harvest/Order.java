package dev.stillgate.loadtests.campaign.harvest;

import dev.stillgate.loadtests.campaign.World;
import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.people.Whereabouts;
import dev.stillgate.loadtests.campaign.talk.AgentPrompts;
import dev.stillgate.loadtests.campaign.talk.AgentRun;
import dev.stillgate.loadtests.campaign.talk.Dialogue;
import dev.stillgate.loadtests.campaign.talk.Scripts;
import dev.stillgate.loadtests.campaign.talk.Talk;
import dev.stillgate.loadtests.campaign.talk.Toolkits;
import dev.stillgate.loadtests.campaign.text.Grammar;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scope;
import dev.stillgate.loadtests.campaign.text.Topic;
import dev.stillgate.loadtests.campaign.text.Voice;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.Sampling;
import dev.stillgate.loadtests.campaign.wire.ToolSet;
import dev.stillgate.loadtests.campaign.wire.Wire;
import java.util.ArrayList;
import java.util.List;

/** What a campaign has ordered: items of its corpus, each of them once, in the wording of the account that is to ask. */
final class Order {
    private static final byte[] NO_SYSTEM = {};
    private static final double AGENT_STEPS = 8;
    private static final int MOST_STEPS = 18;
    private static final double TEMPLATE_DAYS = 4;
    private static final int SECTIONS = 12; // of a chapter

    private final World world;
    private final Plan plan;
    private final Wire wire;
    private final Dice dice;
    private final Templates templates;
    private final byte[] coding;
    private final byte[] screen;
    private final List<Topic> focus = new ArrayList<>();
    private final int maxTokens;
    private final double temperature;
    private final boolean thinks;

    /** Prepares it; all access paths share a corpus and templates by having the same dice. */
    Order(World world, Plan plan, Wire wire, Dice dice) {
        this.world = world;
        this.plan = plan;
        this.wire = wire;
        this.dice = dice;
        this.templates = new Templates(dice.child("templates"));
        Dice own = dice.child("order");
        int topics = own.between(4, 16);
        for (int i = 0; i < topics; i++) {
            focus.add(own.pick(Language.english().topics()));
        }
        this.maxTokens = own.chance(0.5) ? 4096 : 8192;
        this.temperature = List.of(0.0, 0.7, 1.0).get(own.below(3));
        this.thinks = own.chance(0.5);
        this.coding = Conversation.quote(own.chance(0.5) ? AgentPrompts.FAMOUS : AgentPrompts.coding(own));
        this.screen = Conversation.quote(AgentPrompts.screen(own));
    }

    /**
     * Begins the dialogue for an item.
     *
     * @param model draws of the answers and their ids, which differ when the same item is sent twice
     */
    Dialogue begin(Work work, long item, Seat seat, long time, Dice model) {
        Dice corpus = dice.child(work.name()).child(item);
        if (work.isAgentic()) {
            return agent(work, corpus, time, model);
        }
        Language language = seat.language();
        boolean foreign = language != Language.english();
        Scope asked = language.scope(corpus, corpus.pick(foreign ? language.topics() : focus), new Voice(corpus));
        Work.Item kind = corpus.pick(work.items());
        String text = foreign
                ? language.ask(asked, true)
                : Language.english().grammar().text(kind.rule(), asked);
        if (work == Work.WALK) {
            text = (item / SECTIONS + 1) + "." + (item % SECTIONS + 1) + "\n" + text;
        }
        int variant = plan.hides(Evasion.PARAPHRASE) ? seat.number() + 1 : 0;
        int version = plan.hides(Evasion.TEMPLATE_CHANGE) ? (int) (world.day(time) / TEMPLATE_DAYS) : 0;
        String prompt = templates.fill(work, language, variant, version, text);
        Scope told = new Scope(model, asked.topic(), asked.subject(), asked.voice());
        return new Talk(
                new Conversation(wire, model, NO_SYSTEM, ToolSet.NONE, false),
                sampling(work == Work.REASONING && thinks, time, corpus),
                foreign
                        ? Scripts.fixed(prompt, () -> language.answer(told))
                        : Scripts.rules(told, turn -> prompt, kind.answer()),
                1,
                1,
                model);
    }

    private Dialogue agent(Work work, Dice corpus, long time, Dice model) {
        Grammar grammar = Language.english().grammar();
        Scope asked = Language.english().scope(corpus, corpus.pick(focus), new Voice(corpus));
        String task = grammar.text(work.items().getFirst().rule(), asked);
        boolean codes = work == Work.TOOLS;
        ToolSet tools = codes ? Toolkits.CODING : Toolkits.SCREEN;
        return new AgentRun(
                new Conversation(wire, model, codes ? coding : screen, tools, false),
                sampling(thinks, time, corpus),
                tools,
                task,
                new Scope(model, asked.topic(), asked.subject(), asked.voice()),
                Math.min(MOST_STEPS, 2 + corpus.geometric(AGENT_STEPS - 2)));
    }

    private Sampling sampling(boolean thinking, long time, Dice corpus) {
        String model = World.MODEL;
        if (plan.hides(Evasion.MODEL_JUMP) && time > world.release()) {
            double days = (time - world.release()) / (double) Whereabouts.DAY;
            model = corpus.chance(Math.min(0.95, days < 1 ? days / 2 : 0.5 + (days - 1) / 8))
                    ? World.NEW_MODEL
                    : World.MODEL;
        }
        return new Sampling(model, maxTokens, thinking ? -1 : temperature, false, thinking, false, 1);
    }
}
