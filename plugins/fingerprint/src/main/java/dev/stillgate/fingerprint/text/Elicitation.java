package dev.stillgate.fingerprint.text;

import java.util.List;

/** Kinds of training data that a prompt can request, with phrases that name them; shown on pages, never evidence. */
public enum Elicitation {
    /** The chain of thought, written out as a trace. */
    REASONING(
            0,
            "chain of thought, reasoning trace, reasoning traces, inner monologue, internal reasoning",
            "step by step reasoning, 思维链, 推理过程, 思考过程"),
    /** A grade by a rubric, or the better of two answers. */
    GRADING(
            1,
            "impartial judge, reference answer, which response is better, rate the response, score the response",
            "grade the answer, 评分标准, 打分"),
    /** Instructions, questions or dialogues as training data. */
    SYNTHETIC_DATA(
            2,
            "training data, training examples, training set, synthetic data, diverse instructions, diverse questions",
            "diverse prompts, question answer pairs, instruction response pairs, 训练数据, 问答对"),
    /** Steps, tool calls and observations as a trajectory. */
    TRAJECTORY(
            3,
            "agent trajectory, agent trajectories, tool call trajectory, thought action observation",
            "simulate an agent, 执行轨迹"),
    /** The given text in other words, for example without content that a censor would object to. */
    REWRITING(
            4,
            "rewrite the question, rephrase the question, paraphrase the question, politically sensitive",
            "without changing the meaning, 敏感内容");

    private final int index;
    private final String phrases;

    Elicitation(int index, String... phrases) {
        this.index = index;
        this.phrases = String.join(", ", phrases);
    }

    /** Returns the index of this constant, which is part of stored data. */
    public int index() {
        return index;
    }

    /** Returns the phrases, each a sequence of words. */
    List<String> phrases() {
        return List.of(phrases.split(", ", -1));
    }

    /** Returns the bit of this constant in {@link PromptFeatures#elicitations}. */
    public int bit() {
        return 1 << index;
    }

    /** Returns whether the bit of this constant is set. */
    public boolean in(int elicitations) {
        return (elicitations & bit()) != 0;
    }
}
