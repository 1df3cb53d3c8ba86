package dev.stillgate.loadtests.campaign.honest;

import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.draw.Rhythm;
import dev.stillgate.loadtests.campaign.people.Author;
import dev.stillgate.loadtests.campaign.people.Client;
import dev.stillgate.loadtests.campaign.people.ClientKind;
import dev.stillgate.loadtests.campaign.people.Country;
import dev.stillgate.loadtests.campaign.people.Network;
import dev.stillgate.loadtests.campaign.people.Networks;
import dev.stillgate.loadtests.campaign.people.Taste;
import dev.stillgate.loadtests.campaign.people.Whereabouts;
import dev.stillgate.loadtests.campaign.talk.AgentPrompts;
import dev.stillgate.loadtests.campaign.talk.AgentRun;
import dev.stillgate.loadtests.campaign.talk.Scripts;
import dev.stillgate.loadtests.campaign.talk.Talk;
import dev.stillgate.loadtests.campaign.talk.Toolkits;
import dev.stillgate.loadtests.campaign.text.Grammar;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scope;
import dev.stillgate.loadtests.campaign.text.Voice;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.ToolSet;
import java.util.List;

/** Customers whose programs ask: agents, judges, templates that everybody knows, questions to documents. */
final class Programs {
    private static final double AGENT_STEPS = 5;
    private static final int MOST_STEPS = 14;
    private static final byte[] NO_SYSTEM = {};
    private static final List<String> AGENT_CLIENTS =
            List.of("anthropic-node", "anthropic-python-async", "openai-node", "openai-python-async");

    private Programs() {}

    /** Hundreds of accounts with one framework: its system prompt, its tools, its client. */
    static void agents(Census census, Dice group, int count) {
        byte[] system = Conversation.quote(AgentPrompts.FAMOUS);
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            String kind = dice.chance(0.8) ? AGENT_CLIENTS.getFirst() : dice.pick(AGENT_CLIENTS);
            agent(census, "agents", dice, ClientKind.named(kind).installed(dice), system, Toolkits.CODING, "issue");
        }
    }

    static void ownAgents(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            byte[] system = Conversation.quote(AgentPrompts.house(dice.child("system")));
            agent(
                    census,
                    "own-agents",
                    dice,
                    ClientKind.any(dice).installed(dice),
                    system,
                    Toolkits.own(dice),
                    "desk.task");
        }
    }

    private static void agent(
            Census census, String group, Dice dice, Client client, byte[] system, ToolSet tools, String task) {
        Country country = Country.english(dice);
        Whereabouts place = Whereabouts.home(dice.child("home"), country.code());
        Census.Member member = census.open(group, dice, country, client, place, null);
        Taste taste = member.taste(census.world(), 0.4, 0.8);
        Author author = new Author(
                dice.child("author"), Language.english(), member.account().voice());
        Dice runs = dice.child("runs");
        Grammar grammar = Language.english().grammar();
        census.comes(
                member,
                time -> {
                    Scope scope = author.scope();
                    return new AgentRun(
                            new Conversation(client.wire(), runs, system, tools, false),
                            taste.at(time),
                            tools,
                            grammar.text(task, scope),
                            scope,
                            Math.min(MOST_STEPS, 1 + runs.geometric(AGENT_STEPS - 1)));
                },
                Rhythm.Kind.OFFICE,
                3.5,
                AGENT_STEPS);
    }

    /** Prompts that were published, each used by many customers on texts of their own. */
    static void publicTemplate(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            single(census, "public-template", dice, NO_SYSTEM, new SharedPrompt("public.task", dice.below(8)), "", 2.2);
        }
    }

    /** Judges of answers: two thirds with prompts that were published, the others with their own. */
    static void evaluator(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            Prompt prompt = dice.chance(0.66)
                    ? new SharedPrompt("public.judge", dice.below(4))
                    : new SharedPrompt("own.judge", dice.below(3));
            single(census, "evaluator", dice, NO_SYSTEM, prompt, "judgement", 2.5);
        }
    }

    /** Questions to documents, with a system prompt of their own or one that a library brings. */
    static void rag(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            Author author = new Author(dice.child("system"), Language.english(), new Voice(dice));
            byte[] system = Conversation.quote(Language.english().grammar().text("system.rag", author.scope()));
            single(census, "rag", dice, system, new SharedPrompt("rag.ask", dice.below(3)), "", 2.5);
        }
    }

    /** Benchmarks: one harness that many use, on problems that everybody has. */
    static void benchmark(Census census, Dice group, int count) {
        String harness = new SharedPrompt("work.reasoning", 0).text(anyScope(new Dice(7)));
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            Prompt prompt = scope -> harness.replace("<<item>>", english("word.problem", scope));
            single(census, "benchmark", dice, NO_SYSTEM, prompt, "solution", 6);
        }
    }

    /** Firms that have texts invented for tests and demonstrations of their own. */
    static void synthesis(Census census, Dice group, int count) {
        for (int i = 0; i < count; i++) {
            Dice dice = group.child(i);
            String work = dice.chance(0.5) ? "instructions" : "dialogues";
            String own = english("work." + work, anyScope(dice.child("own")));
            Prompt prompt = scope -> own.replace("<<item>>", english(work + ".item", scope));
            single(census, "synthesis", dice, NO_SYSTEM, prompt, work + ".answer", 4);
        }
    }

    private static Scope anyScope(Dice dice) {
        return Language.english().scope(dice, dice.pick(Language.english().topics()), new Voice(dice));
    }

    private static String english(String rule, Scope scope) {
        return Language.english().grammar().text(rule, scope);
    }

    /** A prompt that is filled anew each time. */
    @FunctionalInterface
    interface Prompt {
        String text(Scope scope);
    }

    private static void single(
            Census census, String group, Dice dice, byte[] system, Prompt prompt, String answer, double perDay) {
        Country country = Country.english(dice);
        Client client = ClientKind.any(dice).installed(dice);
        Whereabouts place = dice.chance(0.6)
                ? Whereabouts.servers(dice.child("home"), Networks.any(Network.Kind.HOSTING, dice), dice.between(1, 3))
                : Whereabouts.home(dice.child("home"), country.code());
        Census.Member member = census.open(group, dice, country, client, place, null);
        Taste taste = member.taste(census.world(), 0.05, 0.2);
        Author author = new Author(
                dice.child("author"), Language.english(), member.account().voice());
        Dice asks = dice.child("asks");
        census.comes(
                member,
                time -> {
                    Scope scope = author.scope();
                    return new Talk(
                            new Conversation(client.wire(), asks, system, ToolSet.NONE, false),
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
}
