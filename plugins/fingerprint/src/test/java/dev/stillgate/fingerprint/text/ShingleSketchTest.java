package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ShingleSketchTest {
    private static int[] sketch(int key, long... words) {
        int[] into = new int[PromptFeatures.SKETCH];
        new ShingleSketch(new TextKey(PromptReaderTest.key(key))).read(words, words.length, into);
        return into;
    }

    private static int equal(int[] a, int[] b) {
        int equal = 0;
        for (int i = 0; i < a.length; i++) {
            equal += a[i] == b[i] ? 1 : 0;
        }
        return equal;
    }

    private static long[] join(long[] head, long[] tail) {
        long[] all = new long[head.length + tail.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(tail, 0, all, head.length, tail.length);
        return all;
    }

    @Test
    void equalSlotsEstimateTheJaccardSimilarity() {
        Random random = new Random(7);
        for (int shared : new int[] {4, 10, 30, 100}) {
            for (int own : new int[] {4, 10, 30, 100}) {
                double sum = 0;
                int rounds = 600;
                for (int r = 0; r < rounds; r++) {
                    long[] common = random.longs(shared + 3).toArray();
                    int[] a = sketch(r + 1, join(common, random.longs(own).toArray()));
                    int[] b = sketch(r + 1, join(common, random.longs(own).toArray()));
                    sum += equal(a, b) / (double) PromptFeatures.SKETCH;
                }
                double jaccard = shared / (double) (shared + 2 * own);
                assertThat(sum / rounds).isCloseTo(jaccard, Offset.offset(0.03));
            }
        }
    }

    @Test
    void everySlotIsFilledByOneShingle() {
        assertThat(sketch(1, 1, 2, 3, 4)).doesNotContain(0).containsOnly(sketch(1, 1, 2, 3, 4)[0]);
        assertThat(sketch(1, 1, 2, 3, 4, 5, 6)).doesNotContain(0);
        assertThat(sketch(1, 1, 2, 3)).containsOnly(0);
    }

    @Test
    void wordOrderMatters() {
        assertThat(equal(sketch(1, 1, 2, 3, 4), sketch(1, 4, 3, 2, 1))).isZero();
        assertThat(equal(sketch(1, 1, 1, 2, 2), sketch(1, 2, 2, 1, 1))).isZero();
    }

    @Test
    void sketchDependsOnTheKey() {
        assertThat(equal(sketch(1, 1, 2, 3, 4, 5), sketch(2, 1, 2, 3, 4, 5))).isZero();
    }
}
