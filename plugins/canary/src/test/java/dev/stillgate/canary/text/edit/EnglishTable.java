package dev.stillgate.canary.text.edit;

import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.TableException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The shipped table, and a chooser that depends on a seed. */
public final class EnglishTable {
    private static final ClassTable ENGLISH = read();

    private EnglishTable() {}

    static Path file(String name) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path file = at.resolve("config/canary").resolve(name);
            if (Files.exists(file)) {
                return file;
            }
        }
        throw new IllegalStateException(
                "no config/canary/" + name + " above " + Path.of("").toAbsolutePath());
    }

    public static ClassTable english() {
        return ENGLISH;
    }

    private static ClassTable read() {
        try {
            return ClassTable.read(file("english.yaml"));
        } catch (TableException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns a chooser like a key: a sign per class, and cells that follow it in three of four cases. */
    static FormChooser chooser(long seed) {
        return (cls, bucket) -> {
            int sign = (int) (mixed(seed ^ (cls + 1) * 0x9E3779B97F4A7C15L) & 1);
            boolean follows = (mixed(seed ^ ((cls + 1) * 1_000L + bucket) * 0xC2B2AE3D27D4EB4FL) & 3) != 0;
            return follows ? sign : 1 - sign;
        };
    }

    private static long mixed(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** Edits a complete text. */
    static String edited(String text, FormChooser chooser, SiteListener listener) {
        return edited(english(), text, chooser, listener);
    }

    static String edited(ClassTable table, String text, FormChooser chooser, SiteListener listener) {
        ProseEditor editor = new ProseEditor(table, chooser, listener);
        String first = editor.feed(text).toString();
        return first + editor.end();
    }

    static String edited(String text, int form) {
        return edited(text, (cls, bucket) -> form, SiteListener.NONE);
    }
}
