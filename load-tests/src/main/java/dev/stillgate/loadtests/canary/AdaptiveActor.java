package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.text.edit.FormChooser;
import dev.stillgate.canary.text.edit.ProseEditor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Edits of a training corpus by an actor that knows some classes of the public table, but no key. It writes all sites of
 * these classes in one form, paraphrases words, drops the half of the sentences that have most sites of these classes,
 * and adds unmarked text. Not thread-safe.
 */
final class AdaptiveActor {
    private static final Pattern SENTENCES = Pattern.compile("(?<=[.!?]\\s)|(?<=\n)");

    private final MarkBench bench;
    private final boolean[] known;
    private final List<String> unmarked;

    /**
     * Creates an actor.
     *
     * @param share of the classes that are known, contractions first
     * @param unmarked texts to add
     */
    AdaptiveActor(MarkBench bench, double share, List<String> unmarked) {
        this.bench = bench;
        this.unmarked = unmarked;
        int classes = bench.table().classes();
        known = new boolean[classes];
        IntStream.range(0, classes)
                .boxed()
                .sorted(Comparator.comparing(cls -> !bench.table().contracts(cls)))
                .limit(Math.round(share * classes))
                .forEach(cls -> known[cls] = true);
    }

    /** Returns the edited corpus. */
    List<String> corpus(List<String> harvested, long seed) {
        Random random = new Random(seed);
        FormChooser one = (cls, bucket) -> known[cls] ? form(cls) : FormChooser.KEEP;
        List<String> edited = new ArrayList<>();
        for (String text : harvested) {
            String plain = Alteration.SYNONYMS.of(bench.mark(one, text), random);
            edited.add(halved(plain, random));
        }
        edited.addAll(unmarked);
        return edited;
    }

    /** Returns the form written at all sites of a class: never a contraction, otherwise the more frequent form. */
    private int form(int cls) {
        return !bench.table().contracts(cls) && bench.table().referenceRate(cls) > 0.5 ? 1 : 0;
    }

    /** Drops the half of the sentences with most sites; among those with as many, random ones. */
    private String halved(String text, Random random) {
        String[] sentences = SENTENCES.splitAsStream(text).toArray(String[]::new);
        int[] sites = sites(text, sentences);
        double[] order = random.doubles(sentences.length).toArray();
        boolean[] kept = new boolean[sentences.length];
        IntStream.range(0, sentences.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> sites[i] + order[i]))
                .limit((sentences.length + 1) / 2)
                .forEach(i -> kept[i] = true);
        StringBuilder half = new StringBuilder();
        for (int i = 0; i < sentences.length; i++) {
            half.append(kept[i] ? sentences[i] : "");
        }
        return half.toString();
    }

    /** Returns the number of sites of known classes in each sentence. */
    private int[] sites(String text, String[] sentences) {
        int[] ends = new int[sentences.length];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += sentences[i].length();
            ends[i] = end;
        }
        int[] sites = new int[sentences.length];
        ProseEditor reader = new ProseEditor(bench.table(), FormChooser.READER, (cls, bucket, found, written, at) -> {
            int sentence = 0;
            while (sentence < ends.length - 1 && at >= ends[sentence]) {
                sentence++;
            }
            sites[sentence] += known[cls] ? 1 : 0;
        });
        reader.feed(text);
        reader.end();
        return sites;
    }
}
