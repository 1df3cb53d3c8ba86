package dev.stillgate.canary.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.text.edit.TextFiles;
import dev.stillgate.testkit.Repetitions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SketchTraceTest {
    private static final SketchKey KEY = SketchKey.of(MasterSecret.test());
    private static final long MILLIS = 1_790_000_000_000L;

    @TempDir
    Path directory;

    private static void serve(SketchStore store, String account, String text) {
        Sketch sketch = new Sketch();
        ShingleReader reader = ShingleReader.ofServed(KEY, sketch);
        reader.read(text);
        reader.end();
        store.add(account, MILLIS, KEY, sketch);
    }

    private void serve(List<String> texts) {
        try (SketchStore store = new SketchStore(directory, line -> {})) {
            for (int i = 0; i < texts.size(); i++) {
                serve(store, "a-" + i, texts.get(i));
            }
        }
    }

    private AccountReport trace(String... leaks) throws IOException {
        AccountTrace trace = new AccountTrace(KEY, List.of(directory));
        for (String leak : leaks) {
            trace.read(leak);
        }
        return trace.report();
    }

    private static List<String> names(AccountReport report) {
        return report.named().stream().map(AccountReport.Named::account).toList();
    }

    @Test
    @Tag("shared")
    @Tag("slow")
    void halfOfTheSentencesNamesTheAccount() throws Exception {
        List<String> texts = new ArrayList<>();
        for (String file : List.of("claude-3-sonnet-20240229", "gpt-4o-2024-05-13")) {
            Path path = TextFiles.shared("watermark-text/alpacaeval-" + file + ".jsonl.gz");
            texts.addAll(TextFiles.read(path));
        }
        List<String> served = texts.stream()
                .map(text -> {
                    String cut = Leaks.upTo(text, 300);
                    return cut == null ? text : cut;
                })
                .toList();
        serve(served);
        Random random = new Random(3);
        int right = 0;
        int wrong = 0;
        int tried = 0;
        for (int i = 0; i < served.size(); i++) {
            if (Leaks.upTo(texts.get(i), 300) != null) {
                List<String> names = names(trace(Leaks.half(served.get(i), random)));
                tried++;
                right += names.contains("a-" + i) ? 1 : 0;
                wrong += names.size() - (names.contains("a-" + i) ? 1 : 0);
            }
        }
        assertThat(tried).isGreaterThan(200);
        assertThat((double) right / tried).isGreaterThanOrEqualTo(0.95);
        assertThat(wrong).isZero();
    }

    @Test
    void unrelatedTextNamesNoAccount() throws Exception {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            texts.add(Leaks.unlike(i, 20));
        }
        serve(texts);
        for (int i = 0; i < Repetitions.of(50, 200); i++) {
            AccountReport report = trace(Leaks.unlike(100_000 + i, 25));
            assertThat(report.named()).isEmpty();
            assertThat(report.sketches()).isEqualTo(2_000);
        }
        AccountReport report = trace(texts.get(17), Leaks.unlike(-1, 20), texts.get(18));
        assertThat(names(report)).containsExactlyInAnyOrder("a-17", "a-18");
        assertThat(report.named().getFirst().values()).isEqualTo(Sketch.BUCKETS);
        assertThat(report.named().getFirst().first()).isEqualTo(MILLIS / 1000);
        assertThat(report.log10Chance()).isLessThanOrEqualTo(-9);
    }

    @Test
    void excerptWithinOtherTextNamesTheAccount() throws Exception {
        serve(List.of(Leaks.unlike(1, 25), Leaks.unlike(2, 25)));
        String[] sentences = Leaks.unlike(1, 25).split("(?<=\\.) ");
        StringBuilder leak = new StringBuilder();
        for (int i = 0; i < 13; i++) {
            leak.append(sentences[i]).append(' ').append(Leaks.unlike(50 + i, 3));
        }
        assertThat(names(trace(leak.toString()))).containsExactly("a-0");
    }

    @Test
    void theSameAnswerNamesNoneOfSeveralAccounts() throws Exception {
        String same = Leaks.unlike(1, 20);
        serve(List.of(same, Leaks.unlike(2, 20), same, same));
        AccountReport report = trace(same);
        assertThat(report.named()).isEmpty();
        assertThat(report.alike()).hasSize(1);
        assertThat(report.alike().getFirst().accounts()).containsExactly("a-0", "a-2", "a-3");
        assertThat(report.alike().getFirst().values()).isEqualTo(Sketch.BUCKETS);
    }

    @Test
    void theSameAnswerTwiceNamesItsOnlyAccount() throws Exception {
        String same = Leaks.unlike(1, 20);
        try (SketchStore store = new SketchStore(directory, line -> {})) {
            serve(store, "a-0", same);
            serve(store, "a-0", same);
        }
        AccountReport report = trace(same);
        assertThat(names(report)).containsExactly("a-0");
        assertThat(report.named().getFirst().answers()).isEqualTo(2);
    }

    @Test
    void boilerplateNamesNoAccountAndHidesNone() throws Exception {
        String boilerplate = Leaks.unlike(1, 20);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            texts.add(boilerplate + Leaks.unlike(1_000 + i, 15));
        }
        serve(texts);
        AccountReport common = trace(boilerplate);
        assertThat(common.named()).isEmpty();
        assertThat(common.similar()).isPositive();
        int named = 0;
        for (int i = 0; i < texts.size(); i++) {
            List<String> names = names(trace(texts.get(i)));
            assertThat(names).isIn(List.of(), List.of("a-" + i));
            named += names.size();
        }
        assertThat(named).isGreaterThan(190);
    }

    @Test
    void oneCommonPhraseNamesNoAccount() throws Exception {
        String phrase = "The quick brown fox jumps over the lazy dog near us. ";
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            texts.add(phrase + Leaks.unlike(i, 2));
        }
        for (int i = 0; i < texts.size(); i++) {
            Path one = directory.resolve("gateway-" + i);
            try (SketchStore store = new SketchStore(one, line -> {})) {
                serve(store, "a-" + i, texts.get(i));
            }
            AccountTrace trace = new AccountTrace(KEY, List.of(one));
            trace.read(Leaks.unlike(-1, 4) + phrase);
            assertThat(trace.report().named()).isEmpty();
        }
    }

    @Test
    void gatewaysAreReadTogether() throws Exception {
        String same = Leaks.unlike(1, 20);
        Path one = directory.resolve("one");
        Path two = directory.resolve("two");
        try (SketchStore first = new SketchStore(one, line -> {});
                SketchStore second = new SketchStore(two, line -> {})) {
            serve(first, "a-1", same);
            serve(second, "a-2", same);
            serve(second, "a-1", Leaks.unlike(2, 20));
        }
        AccountTrace alone = new AccountTrace(KEY, List.of(one));
        alone.read(same);
        assertThat(names(alone.report())).containsExactly("a-1");
        AccountTrace both = new AccountTrace(KEY, List.of(one, two));
        both.read(same);
        assertThat(both.report().named()).isEmpty();
    }

    @Test
    void thresholdGrowsWithTextAndSketches() {
        assertThat(AccountReport.least(1, 100)).isEqualTo(4);
        assertThat(AccountReport.least(30_000_000, 780_000)).isEqualTo(4);
        assertThat(AccountReport.least(30_000_000, 790_000)).isEqualTo(5);
        assertThat(AccountReport.least(1_000_000_000, LeakedShingles.MOST)).isEqualTo(6);
        assertThat(AccountReport.log10Chance(30_000_000, 230, 4))
                .isCloseTo(Math.log10(3e7 * 4845 * Math.pow(11.5 / 4294967296.0, 4)), within(1e-9));
        assertThat(AccountReport.log10Chance(0, 230, 4)).isNegative().isInfinite();
    }

    @Test
    @Tag("slow")
    void longTextIsReadUpToItsLimit() throws Exception {
        serve(List.of(Leaks.unlike(1, 20), Leaks.unlike(2, 20)));
        AccountTrace trace = new AccountTrace(KEY, List.of(directory));
        trace.read(Leaks.unlike(1, 20));
        for (int i = 0; i < 220; i++) {
            trace.read(Leaks.unlike(100 + i, 5_000));
        }
        trace.read(Leaks.unlike(2, 20));
        AccountReport report = trace.report();
        assertThat(report.shingles()).isEqualTo(LeakedShingles.MOST);
        assertThat(report.truncated()).isTrue();
        assertThat(report.log10Chance()).isLessThanOrEqualTo(-9);
        assertThat(names(report)).containsExactly("a-0");
    }

    @Test
    void emptyAndForeignTextsNameNoAccount() throws Exception {
        serve(List.of(Leaks.unlike(1, 20)));
        for (String leak : new String[] {"", "word", "\0", "東京は日本の首都です。", "x".repeat(1 << 20)}) {
            assertThat(trace(leak).named()).isEmpty();
        }
        assertThat(trace().named()).isEmpty();
    }

    @Test
    void templateOfTwoAccountsNamesTheRightOne() throws Exception {
        int right = 0;
        for (int round = 0; round < 100; round++) {
            String template = Leaks.unlike(-round, 10);
            String one = template + Leaks.unlike(3_000 + round, 10);
            String two = template + Leaks.unlike(4_000 + round, 10);
            Path here = directory.resolve("round-" + round);
            try (SketchStore store = new SketchStore(here, line -> {})) {
                serve(store, "one", one);
                serve(store, "two", two);
            }
            AccountTrace trace = new AccountTrace(KEY, List.of(here));
            trace.read(one);
            List<String> names = names(trace.report());
            assertThat(names).isIn(List.of(), List.of("one"), List.of("one", "two"));
            right += names.equals(List.of("one")) ? 1 : 0;
            AccountTrace both = new AccountTrace(KEY, List.of(here));
            both.read(one);
            both.read(two);
            assertThat(names(both.report())).containsExactlyInAnyOrder("one", "two");
        }
        assertThat(right).isGreaterThanOrEqualTo(90);
    }
}
