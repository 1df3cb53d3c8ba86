package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.OfferedTools;
import dev.stillgate.loadtests.api.RequestParameters;
import dev.stillgate.loadtests.api.Wire;
import dev.stillgate.loadtests.campaign.text.AgentDialogue;
import dev.stillgate.loadtests.campaign.text.AgentPrompts;
import dev.stillgate.loadtests.campaign.text.ChatDialogue;
import dev.stillgate.loadtests.campaign.text.Dialogue;
import dev.stillgate.loadtests.campaign.text.Grammar;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scripts;
import dev.stillgate.loadtests.campaign.text.TextScope;
import dev.stillgate.loadtests.campaign.text.Toolkits;
import dev.stillgate.loadtests.campaign.text.Topic;
import dev.stillgate.loadtests.campaign.text.WritingStyle;
import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the prompts of a campaign: items of its corpus in the template and language of the account. Not thread-safe.
 */
final class ItemWriter {
    private static final byte[] NO_SYSTEM = {};
    private static final double AGENT_STEPS = 8;
    private static final int MAX_STEPS = 18;
    private static final double TEMPLATE_DAYS = 4;
    private static final int SECTIONS = 12; // per chapter

    private final World world;
    private final CampaignPlan plan;
    private final Wire wire;
    private final Dice dice;
    private final Templates templates;
    private final byte[] coding;
    private final byte[] screen;
    private final List<Topic> focus = new ArrayList<>();
    private final int maxTokens;
    private final double temperature;
    private final boolean thinks;

    /** @param dice the same for all access paths, which gives them the same corpus and templates */
    ItemWriter(World world, CampaignPlan plan, Wire wire, Dice dice) {
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
        this.coding = ModelConversation.quote(own.chance(0.5) ? AgentPrompts.FAMOUS : AgentPrompts.coding(own));
        this.screen = ModelConversation.quote(AgentPrompts.screen(own));
    }

    /**
     * Creates the dialogue of an item.
     *
     * @param model draws of the responses and ids, which differ between two dialogues of the same item
     */
    Dialogue begin(Work work, long item, AccountSlot slot, long time, Dice model) {
        Dice corpus = dice.child(work.name()).child(item);
        if (work.isAgentic()) {
            return agent(work, corpus, time, model);
        }
        Language language = slot.language();
        boolean foreign = language != Language.english();
        TextScope asked =
                language.scope(corpus, corpus.pick(foreign ? language.topics() : focus), new WritingStyle(corpus));
        Work.Item kind = corpus.pick(work.items());
        String text = foreign
                ? language.ask(asked, true)
                : Language.english().grammar().text(kind.rule(), asked);
        if (work == Work.WALK) {
            text = (item / SECTIONS + 1) + "." + (item % SECTIONS + 1) + "\n" + text;
        }
        int variant = plan.hides(Evasion.PARAPHRASE) ? slot.number() + 1 : 0;
        int version = plan.hides(Evasion.TEMPLATE_CHANGE) ? (int) (world.day(time) / TEMPLATE_DAYS) : 0;
        String prompt = templates.fill(work, language, variant, version, text);
        TextScope answered = new TextScope(model, asked.topic(), asked.subject(), asked.style());
        return new ChatDialogue(
                new ModelConversation(wire, model, NO_SYSTEM, OfferedTools.NONE, false),
                sampling(work == Work.REASONING && thinks, time, corpus),
                foreign
                        ? Scripts.fixed(prompt, () -> language.answer(answered))
                        : Scripts.rules(answered, turn -> prompt, kind.answer()),
                1,
                1,
                model);
    }

    private Dialogue agent(Work work, Dice corpus, long time, Dice model) {
        Grammar grammar = Language.english().grammar();
        TextScope asked = Language.english().scope(corpus, corpus.pick(focus), new WritingStyle(corpus));
        String task = grammar.text(work.items().getFirst().rule(), asked);
        boolean codes = work == Work.TOOLS;
        OfferedTools tools = codes ? Toolkits.CODING : Toolkits.SCREEN;
        return new AgentDialogue(
                new ModelConversation(wire, model, codes ? coding : screen, tools, false),
                sampling(thinks, time, corpus),
                tools,
                task,
                new TextScope(model, asked.topic(), asked.subject(), asked.style()),
                Math.min(MAX_STEPS, 2 + corpus.geometric(AGENT_STEPS - 2)));
    }

    private RequestParameters sampling(boolean thinking, long time, Dice corpus) {
        String model = World.MODEL;
        if (plan.hides(Evasion.MODEL_JUMP) && time > world.release()) {
            double days = (time - world.release()) / (double) Location.DAY;
            model = corpus.chance(Math.min(0.95, days < 1 ? days / 2 : 0.5 + (days - 1) / 8))
                    ? World.NEW_MODEL
                    : World.MODEL;
        }
        return new RequestParameters(model, maxTokens, thinking ? -1 : temperature, false, thinking);
    }

    /** Prompt templates of a campaign, in variants per account and versions over time. Not thread-safe. */
    private static final class Templates {
        private static final String ITEM = "<<item>>";

        private final Dice dice;
        private final Map<Key, String> written = new HashMap<>();

        private record Key(Work work, Language language, int variant, int version) {}

        Templates(Dice dice) {
            this.dice = dice;
        }

        String fill(Work work, Language language, int variant, int version, String item) {
            if (work.isBare()) {
                return item;
            }
            return written.computeIfAbsent(new Key(work, language, variant, version), this::write)
                    .replace(ITEM, item);
        }

        private String write(Key key) {
            Dice own = dice.child(key.work.name()).child(key.variant * 1000L + key.version);
            Language language = key.language.grammar().has(key.work.template()) ? key.language : Language.english();
            TextScope scope = language.scope(own, own.pick(language.topics()), new WritingStyle(own));
            return language.grammar().text(key.work.template(), scope);
        }
    }
}
