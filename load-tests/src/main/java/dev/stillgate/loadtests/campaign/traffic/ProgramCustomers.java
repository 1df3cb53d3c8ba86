package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.OfferedTools;
import dev.stillgate.loadtests.campaign.text.AgentDialogue;
import dev.stillgate.loadtests.campaign.text.AgentPrompts;
import dev.stillgate.loadtests.campaign.text.Author;
import dev.stillgate.loadtests.campaign.text.ChatDialogue;
import dev.stillgate.loadtests.campaign.text.Grammar;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scripts;
import dev.stillgate.loadtests.campaign.text.TextScope;
import dev.stillgate.loadtests.campaign.text.Toolkits;
import dev.stillgate.loadtests.campaign.text.WritingStyle;
import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.loadtests.random.Rhythm;
import java.util.List;

/** Customers that use the API from programs: agents, evaluators, published prompts, document retrieval. */
final class ProgramCustomers {
    private static final double AGENT_STEPS = 5;
    private static final int MOST_AT_HACKATHON = 40;
    private static final int MAX_STEPS = 14;
    private static final byte[] NO_SYSTEM = {};
    private static final List<String> AGENT_CLIENTS =
            List.of("anthropic-node", "anthropic-python-async", "openai-node", "openai-python-async");

    private ProgramCustomers() {}

    /** Accounts with the same framework: system prompt, tools and client. Some of them come from one hackathon. */
    static void agents(HonestAccounts accounts, Dice group, int count) {
        byte[] system = ModelConversation.quote(AgentPrompts.FAMOUS);
        int hackathon = Math.min(MOST_AT_HACKATHON, count / 4);
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            accounts.signUp(
                    i < hackathon ? SignUp.hackathon(group, accounts.world().start()) : SignUp.ALONE);
            String kind = dice.chance(0.8) ? AGENT_CLIENTS.getFirst() : dice.pick(AGENT_CLIENTS);
            agent(accounts, dice, ClientKind.named(kind).installed(dice), system, Toolkits.CODING, "issue");
        }
        accounts.signUp(SignUp.ALONE);
    }

    static void ownAgents(HonestAccounts accounts, Dice dice) {
        byte[] system = ModelConversation.quote(AgentPrompts.house(dice.child("system")));
        agent(accounts, dice, ClientKind.any(dice).installed(dice), system, Toolkits.own(dice), "desk.task");
    }

    private static void agent(
            HonestAccounts accounts, Dice dice, Client client, byte[] system, OfferedTools tools, String task) {
        Country country = Country.english(dice);
        Location place = Location.home(dice.child("home"), country.code());
        HonestAccounts.Member member = accounts.open(dice, country, client, place, null);
        Preferences taste = member.taste(accounts.world(), 0.4, 0.8);
        Author author = member.author(Language.english());
        Dice runs = dice.child("runs");
        Grammar grammar = Language.english().grammar();
        accounts.schedule(
                member,
                time -> {
                    TextScope scope = author.scope();
                    return new AgentDialogue(
                            new ModelConversation(client.wire(), runs, system, tools, false),
                            taste.at(time),
                            tools,
                            grammar.text(task, scope),
                            scope,
                            Math.min(MAX_STEPS, 1 + runs.geometric(AGENT_STEPS - 1)));
                },
                Rhythm.Kind.OFFICE,
                3.5,
                AGENT_STEPS);
    }

    /** Published prompts, each used by many customers on their own texts. */
    static void publicTemplate(HonestAccounts accounts, Dice dice) {
        single(accounts, dice, NO_SYSTEM, new SharedPrompt("public.task", dice.below(8)), "", 2.2);
    }

    /** Evaluators of model answers: two thirds with published prompts, the others with their own. */
    static void evaluator(HonestAccounts accounts, Dice dice) {
        Prompt prompt = dice.chance(0.66)
                ? new SharedPrompt("public.judge", dice.below(4))
                : new SharedPrompt("own.judge", dice.below(3));
        single(accounts, dice, NO_SYSTEM, prompt, "judgement", 2.5);
    }

    /** Questions about documents, with an own system prompt or that of a library. */
    static void rag(HonestAccounts accounts, Dice dice) {
        Author author = new Author(dice.child("system"), Language.english(), new WritingStyle(dice));
        byte[] system = ModelConversation.quote(Language.english().grammar().text("system.rag", author.scope()));
        single(accounts, dice, system, new SharedPrompt("rag.ask", dice.below(3)), "", 2.5);
    }

    /** Benchmarks with the same harness and problems. */
    static void benchmark(HonestAccounts accounts, Dice dice) {
        String harness = new SharedPrompt("work.reasoning", 0).text(anyScope(new Dice(7)));
        Prompt prompt = scope -> harness.replace("<<item>>", english("word.problem", scope));
        single(accounts, dice, NO_SYSTEM, prompt, "solution", 6);
    }

    /** Companies that generate texts for their own tests and demonstrations. */
    static void synthesis(HonestAccounts accounts, Dice dice) {
        String work = dice.chance(0.5) ? "instructions" : "dialogues";
        String own = english("work." + work, anyScope(dice.child("own")));
        Prompt prompt = scope -> own.replace("<<item>>", english(work + ".item", scope));
        single(accounts, dice, NO_SYSTEM, prompt, work + ".answer", 4);
    }

    private static TextScope anyScope(Dice dice) {
        return Language.english().scope(dice, dice.pick(Language.english().topics()), new WritingStyle(dice));
    }

    private static String english(String rule, TextScope scope) {
        return Language.english().grammar().text(rule, scope);
    }

    /** A prompt template. */
    @FunctionalInterface
    interface Prompt {
        String text(TextScope scope);
    }

    private static void single(
            HonestAccounts accounts, Dice dice, byte[] system, Prompt prompt, String answer, double perDay) {
        Country country = Country.english(dice);
        Client client = ClientKind.any(dice).installed(dice);
        Location place = dice.chance(0.6)
                ? Location.servers(
                        dice.child("home"), Networks.any(AddressBlock.Kind.HOSTING, dice), dice.between(1, 3))
                : Location.home(dice.child("home"), country.code());
        HonestAccounts.Member member = accounts.open(dice, country, client, place, null);
        Preferences taste = member.taste(accounts.world(), 0.05, 0.2);
        Author author = member.author(Language.english());
        Dice asks = dice.child("asks");
        accounts.schedule(
                member,
                time -> {
                    TextScope scope = author.scope();
                    return new ChatDialogue(
                            new ModelConversation(client.wire(), asks, system, OfferedTools.NONE, false),
                            taste.at(time),
                            Scripts.rules(scope, turn -> prompt.text(scope), answer),
                            1,
                            1,
                            asks);
                },
                dice.chance(0.5) ? Rhythm.Kind.OFFICE : Rhythm.Kind.PUBLIC,
                perDay,
                1);
    }

    /** A prompt template of a program: a fixed alternative of a grammar rule. */
    private record SharedPrompt(String rule, int alternative) implements Prompt {
        @Override
        public String text(TextScope scope) {
            StringBuilder out = new StringBuilder(1024);
            Language.english().grammar().write(rule, alternative, scope, out);
            return out.toString();
        }
    }
}
