package dev.stillgate.loadtests.campaign.talk;

import dev.stillgate.loadtests.campaign.people.Author;
import dev.stillgate.loadtests.campaign.text.Grammar;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scope;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is said in conversations of usual kinds. */
public final class Scripts {
    private Scripts() {}

    /** Returns a chat about one of the author's topics. */
    public static Talk.Script chat(Author author) {
        Scope scope = author.scope();
        Language language = author.language();
        if (language == Language.english() && author.codes()) {
            return rules(scope, "code.ask", "code.follow", "code.answer");
        }
        if (language == Language.english() && author.reckons()) {
            return rules(scope, "word.problem", "tutor.follow", "solution");
        }
        return new Talk.Script() {
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

    /** Returns a single prompt that is given. */
    public static Talk.Script fixed(String prompt, Supplier<String> answer) {
        return new Talk.Script() {
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

    /** Returns a conversation by rules of the English grammar; later turns by a rule of their own. */
    public static Talk.Script rules(Scope scope, String first, String later, String answer) {
        return rules(
                scope,
                turn -> {
                    Grammar grammar = Language.english().grammar();
                    StringBuilder out = new StringBuilder(256);
                    grammar.write(turn == 0 ? first : later, scope, out);
                    scope.voice().speak(scope.dice(), out, true);
                    return out.toString();
                },
                answer);
    }

    /** Returns a conversation in which the caller's turns are given, and the answers are of a rule; of prose if it is empty. */
    public static Talk.Script rules(Scope scope, IntFunction<String> says, String answer) {
        Language english = Language.english();
        return new Talk.Script() {
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
