package dev.stillgate.loadtests.campaign.text;

import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Factory of conversation scripts: the client's turns and the model's responses, generated from a grammar. */
public final class Scripts {
    private Scripts() {}

    /** Returns a chat about one of the author's topics. */
    public static ChatDialogue.Script chat(Author author) {
        TextScope scope = author.scope();
        Language language = author.language();
        if (language == Language.english() && author.codes()) {
            return rules(scope, "code.ask", "code.follow", "code.answer");
        }
        if (language == Language.english() && author.calculates()) {
            return rules(scope, "word.problem", "tutor.follow", "solution");
        }
        return new ChatDialogue.Script() {
            @Override
            public String say(int turn) {
                return turn == 0 ? language.ask(scope, scope.dice().chance(0.4)) : language.follow(scope);
            }

            @Override
            public String answer(int turn) {
                return language.answer(scope);
            }

            @Override
            public @Nullable String thought(int turn) {
                return Language.english().grammar().text("thought", scope);
            }
        };
    }

    /** Returns a script with a fixed prompt. */
    public static ChatDialogue.Script fixed(String prompt, Supplier<String> answer) {
        return new ChatDialogue.Script() {
            @Override
            public String say(int turn) {
                return prompt;
            }

            @Override
            public String answer(int turn) {
                return answer.get();
            }
        };
    }

    /**
     * Returns a conversation by rules of the English grammar: one for the first turn, one for later turns, one for
     * responses.
     */
    public static ChatDialogue.Script rules(TextScope scope, String first, String later, String answer) {
        return rules(
                scope,
                turn -> {
                    Grammar grammar = Language.english().grammar();
                    StringBuilder out = new StringBuilder(256);
                    grammar.write(turn == 0 ? first : later, scope, out);
                    scope.style().apply(scope.dice(), out, true);
                    return out.toString();
                },
                answer);
    }

    /** Returns a conversation with given client turns and responses by a rule, or in prose if the rule is empty. */
    public static ChatDialogue.Script rules(TextScope scope, IntFunction<String> says, String answer) {
        Language english = Language.english();
        return new ChatDialogue.Script() {
            @Override
            public String say(int turn) {
                return says.apply(turn);
            }

            @Override
            public String answer(int turn) {
                return answer.isEmpty()
                        ? english.answer(scope)
                        : english.grammar().text(answer, scope);
            }

            @Override
            public @Nullable String thought(int turn) {
                return english.grammar().text("thought", scope);
            }
        };
    }
}
