package dev.stillgate.loadtests.campaign.traffic;

import java.util.List;
import java.util.Locale;

/** The kind of data that a campaign collects. */
public enum Work {
    /** Solutions of problems with the full chain of thought. */
    REASONING,
    /** Grades of responses by a rubric: training data of a reward model. */
    GRADING,
    /** Texts and questions rewritten to pass a censor. */
    REWRITE,
    /** Instructions generated from instructions. */
    INSTRUCTIONS,
    /** Invented conversations. */
    DIALOGUES,
    /** The sections of a corpus in order. */
    WALK,
    /** Plain questions without a template. */
    BARE,
    /** Several responses to the same prompt, to choose the best. */
    RESPONSES,
    /** Trajectories of a coding agent. */
    TOOLS,
    /** Trajectories of an agent that uses a desktop. */
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
     * @param rule grammar rule of the item
     * @param answer grammar rule of the response; empty for prose
     */
    record Item(String rule, String answer) {}

    /** Returns the kinds of items. */
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

    /** Returns the grammar rule of the template. */
    String template() {
        return "work." + name().toLowerCase(Locale.ROOT);
    }

    boolean isAgentic() {
        return this == TOOLS || this == SCREEN;
    }

    boolean isBare() {
        return this == BARE || this == RESPONSES;
    }

    /** Returns the number of times each prompt is sent. */
    int copies() {
        return this == RESPONSES ? 4 : 1;
    }
}
