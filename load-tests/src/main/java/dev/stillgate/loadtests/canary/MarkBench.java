package dev.stillgate.loadtests.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.CanaryPlan;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.proof.KeyStatistic;
import dev.stillgate.canary.proof.SiteReader;
import dev.stillgate.canary.text.edit.FormChooser;
import dev.stillgate.canary.text.edit.ProseEditor;
import dev.stillgate.canary.text.table.ClassTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Canary pipeline on one table of classes: derives keys, marks texts as a gateway does, reads marks back and computes
 * p-values. Thread-safe.
 */
final class MarkBench {
    private final ClassTable table;
    private final ClassSheet sheet;
    private final String prefix;
    private final KeyDeriver deriver;

    /** @param prefix of the names of all keys */
    MarkBench(ClassTable table, String prefix) {
        this.table = table;
        this.prefix = prefix;
        sheet = ClassSheet.of(table);
        deriver = new KeyDeriver(MasterSecret.test(), sheet, null);
    }

    /** Returns a key derived from its name and the published test secret. */
    CanaryKey key(String name) {
        return deriver.key(prefix + name);
    }

    /** Returns a text as a gateway would have served it with a key. */
    String mark(FormChooser key, String text) {
        ProseEditor editor = new ProseEditor(table, key, (cls, bucket, found, written, position) -> {});
        editor.begin();
        StringBuilder marked = new StringBuilder(editor.feed(text));
        return marked.append(editor.end()).toString();
    }

    ClassSheet sheet() {
        return sheet;
    }

    SiteReader reader() {
        return new SiteReader(table, sheet);
    }

    double log10p(CanaryKey key, SiteReader suspect, @Nullable SiteReader reference) {
        KeyStatistic statistic = KeyStatistic.of(
                suspect.counts(), sheet, reference == null ? null : reference.counts(), CanaryPlan.CURRENT);
        return statistic.tail(key).log10AtLeast();
    }

    /** Draws texts until they have a number of words; the last one is cut. */
    static List<String> words(List<String> texts, int words, Random random) {
        List<String> drawn = new ArrayList<>();
        int left = words;
        while (left > 0) {
            String text = texts.get(random.nextInt(texts.size()));
            String[] split = text.split("(?<=\\s)(?=\\S)", -1);
            int taken = Math.min(left, split.length);
            drawn.add(String.join("", List.of(split).subList(0, taken)));
            left -= taken;
        }
        return drawn;
    }
}
