package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class PhraseAutomatonTest {
    private static final int SYMBOLS = 5;

    /** Returns "end:phrase" for every phrase found. */
    private static Set<String> found(List<int[]> phrases, int[] text) {
        List<Integer> outputs = IntStream.range(0, phrases.size()).boxed().toList();
        PhraseAutomaton automaton = new PhraseAutomaton(SYMBOLS, phrases, outputs);
        Set<String> found = new TreeSet<>();
        int state = PhraseAutomaton.START;
        for (int i = 0; i < text.length; i++) {
            state = automaton.next(state, text[i]);
            for (int o = automaton.outputFrom(state); o < automaton.outputFrom(state + 1); o++) {
                found.add(i + 1 + ":" + automaton.output(o));
            }
        }
        return found;
    }

    @Property
    void automatonFindsTheSameAsNaiveSearch(@ForAll("phrases") List<int[]> phrases, @ForAll("texts") int[] text) {
        Set<String> expected = new TreeSet<>();
        for (int p = 0; p < phrases.size(); p++) {
            int[] phrase = phrases.get(p);
            for (int end = phrase.length; end <= text.length; end++) {
                if (Arrays.equals(text, end - phrase.length, end, phrase, 0, phrase.length)) {
                    expected.add(end + ":" + p);
                }
            }
        }
        assertThat(found(phrases, text)).isEqualTo(expected);
    }

    @Provide
    Arbitrary<List<int[]>> phrases() {
        return Arbitraries.integers()
                .between(1, SYMBOLS - 1)
                .array(int[].class)
                .ofMinSize(1)
                .ofMaxSize(5)
                .list()
                .ofMaxSize(12)
                .map(ArrayList::new);
    }

    @Provide
    Arbitrary<int[]> texts() {
        return Arbitraries.integers().between(0, SYMBOLS - 1).array(int[].class).ofMaxSize(60);
    }
}
