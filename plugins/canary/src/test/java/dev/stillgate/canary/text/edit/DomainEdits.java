package dev.stillgate.canary.text.edit;

import dev.stillgate.canary.text.prompt.WordingConstraints;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.TableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Draws edits for a review by domain: {@code DomainEdits TABLE FOLDER SEED COUNT FILE...}. Each file has lines of JSON
 * with {@code domain}, {@code prompt}, {@code text} and {@code source}, and is named after its domain. Answers to prompts
 * that are exempt for their wording are left out.
 *
 * <p>Writes two files a domain: {@code DOMAIN.tsv} with the number of an edit and its sentence before and after, and
 * {@code DOMAIN.key.tsv} with the number, class, forms, hash and source. A reader is given the first only. Prints how many
 * sites and, over ten keys, visible edits there are in 1,000 words.
 */
final class DomainEdits {
    private static final int KEYS = 10;

    private record Drawn(Edits.Edit edit, String source) {
        String line(int number) {
            String begin = flat(edit.begin()).stripLeading();
            String end = flat(edit.end()).stripTrailing();
            return number + "\t" + begin + "[" + flat(edit.old()) + "]" + end + "\t" + begin + "[" + flat(edit.now())
                    + "]" + end;
        }

        String key(int number) {
            return number + "\t" + edit.cls() + "\t" + edit.forms() + "\t" + edit.hash() + "\t" + source;
        }

        private static String flat(String text) {
            return text.replaceAll("\\s+", " ");
        }
    }

    private final ClassTable table;
    private final WordingConstraints constraints;
    private final List<Drawn> edits = new ArrayList<>();
    private int texts;
    private int exempt;
    private long words;
    private long sites;
    private long visible;

    private DomainEdits(ClassTable table) {
        this.table = table;
        constraints = new WordingConstraints(table);
    }

    public static void main(String[] args) throws IOException, TableException {
        ClassTable table = ClassTable.read(Path.of(args[0]));
        Path folder = Files.createDirectories(Path.of(args[1]));
        long seed = Long.parseLong(args[2]);
        int count = Integer.parseInt(args[3]);
        System.out.println("domain texts exempt words sites edits drawn");
        for (int i = 4; i < args.length; i++) {
            String domain = Path.of(args[i]).getFileName().toString().replaceFirst("\\..*", "");
            DomainEdits edits = new DomainEdits(table);
            for (Map<String, String> line : TextFiles.objects(Path.of(args[i]))) {
                edits.read(line, seed);
            }
            edits.write(folder, domain, seed, count);
        }
    }

    private void read(Map<String, String> line, long seed) {
        texts++;
        if (constraints.of(line.getOrDefault("prompt", "")) != null) {
            exempt++;
            return;
        }
        String text = line.getOrDefault("text", "");
        words += text.isBlank() ? 0 : text.strip().split("\\s+").length;
        for (Edits.Edit edit : Edits.of(table, text)) {
            edits.add(new Drawn(edit, line.getOrDefault("source", "")));
        }
        for (int key = 0; key < KEYS; key++) {
            FormChooser chooser = EnglishTable.chooser(seed + KEYS * (long) texts + key);
            EnglishTable.edited(table, text, chooser, (cls, bucket, found, written, at) -> {
                sites++;
                visible += found == written ? 0 : 1;
            });
        }
    }

    private void write(Path folder, String domain, long seed, int count) throws IOException {
        Collections.shuffle(edits, new Random(seed));
        int drawn = Math.min(count, edits.size());
        List<String> lines = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < drawn; i++) {
            lines.add(edits.get(i).line(i + 1));
            keys.add(edits.get(i).key(i + 1));
        }
        Files.write(folder.resolve(domain + ".tsv"), lines);
        Files.write(folder.resolve(domain + ".key.tsv"), keys);
        System.out.printf(
                Locale.ROOT,
                "%s %d %d %d %.2f %.2f %d of %d%n",
                domain,
                texts,
                exempt,
                words,
                1_000.0 * sites / KEYS / words,
                1_000.0 * visible / KEYS / words,
                drawn,
                edits.size());
    }
}
