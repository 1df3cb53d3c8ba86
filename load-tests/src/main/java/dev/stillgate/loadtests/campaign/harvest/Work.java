package dev.stillgate.loadtests.campaign.harvest;

import java.util.List;
import java.util.Locale;

/** What a campaign wants of the model. */
public enum Work {
    /** Problems with the whole chain of thought. */
    REASONING,
    /** Marks for answers, by a rubric: a reward model's training data. */
    GRADING,
    /** Texts and questions made harmless to a censor. */
    REWRITE,
    /** Instructions made of instructions. */
    INSTRUCTIONS,
    /** Invented conversations. */
    DIALOGUES,
    /** One section of a corpus after another. */
    WALK,
    /** The question as it stands, without any template. */
    BARE,
    /** The same prompt several times at once, to choose from the answers. */
    RESPONSES,
    /** Trajectories of a coding agent. */
    TOOLS,
    /** Trajectories of an agent at a screen. */
    SCREEN;

    private static final List<Item> PROBLEMS = List.of(
            new Item("word.problem", "solution"),
            new Item("word.problem", "solution"),
            new Item("logic.problem", "solution"),
            new Item("code.ask", "code.answer"));
    private static final List<Item> QUESTIONS = List.of(
            new Item("word.problem", "solution"),
            new Item("logic.problem", "solution"),
            new Item("code.ask", "code.answer"),
            new Item("ask", ""),
            new Item("ask.long", ""));

    /**
     * A kind of item.
     *
     * @param rule by which it is written
     * @param answer the rule of the model's answer; empty for prose
     */
    record Item(String rule, String answer) {}

    /** Returns the kinds of its items. */
    List<Item> items() {
        return switch (this) {
            case REASONING -> PROBLEMS;
            case BARE, RESPONSES -> QUESTIONS;
            case GRADING -> List.of(new Item("grading.item", "judgement"));
            case REWRITE -> List.of(new Item("rewrite.item", ""));
            case INSTRUCTIONS -> List.of(new Item("instructions.item", "instructions.answer"));
            case DIALOGUES -> List.of(new Item("dialogues.item", "dialogues.answer"));
            case WALK -> List.of(new Item("walk.item", ""));
            case TOOLS -> List.of(new Item("issue", "tool.final"));
            case SCREEN -> List.of(new Item("desk.task", "tool.final"));
        };
    }

    /** Returns the rule of its template. */
    String template() {
        return "work." + name().toLowerCase(Locale.ROOT);
    }

    boolean isAgentic() {
        return this == TOOLS || this == SCREEN;
    }

    boolean isBare() {
        return this == BARE || this == RESPONSES;
    }

    /** Returns how often each prompt is sent. */
    int copies() {
        return this == RESPONSES ? 4 : 1;
    }
}
