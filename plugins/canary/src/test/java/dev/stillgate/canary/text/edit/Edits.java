package dev.stillgate.canary.text.edit;

import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.TableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Lists the edits that a table makes in texts, each with 12 words on either side, for review: {@code Edits TABLE FOLDER
 * FILE...} writes one file of numbered lines per class, in order of hash. The table of judgements refers to edits by
 * hash, because it must not contain third-party text.
 */
final class Edits {
    private static final int WORDS = 12;
    private static final int REACH = 200;

    /**
     * An edit: {@code old} becomes {@code now} between {@code left} and {@code right}.
     *
     * @param begin the start of its sentence
     * @param end the rest of its sentence
     */
    record Edit(String cls, String left, String old, String now, String right, String begin, String end) {
        String forms() {
            return folded(old) + ">" + folded(now);
        }

        String hash() {
            String text = cls + "|" + folded(left) + "|" + forms() + "|" + folded(right);
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(digest, 0, 8);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        private static String folded(String text) {
            return text.toLowerCase(Locale.ROOT)
                    .replace('’', '\'')
                    .replaceAll("\\s+", " ")
                    .trim();
        }
    }

    private Edits() {}

    public static void main(String[] args) throws IOException, TableException {
        ClassTable table = ClassTable.read(Path.of(args[0]));
        Map<String, Map<String, Edit>> byClass = new TreeMap<>();
        for (int i = 2; i < args.length; i++) {
            for (String text : TextFiles.read(Path.of(args[i]))) {
                for (Edit edit : of(table, text)) {
                    byClass.computeIfAbsent(edit.cls(), name -> new TreeMap<>()).put(edit.hash(), edit);
                }
            }
        }
        Path folder = Files.createDirectories(Path.of(args[1]));
        for (var entry : byClass.entrySet()) {
            List<String> lines = new ArrayList<>();
            entry.getValue()
                    .forEach((hash, edit) -> lines.add("%04d %s %s[%s=>%s]%s"
                            .formatted(lines.size() + 1, hash, edit.left(), edit.old(), edit.now(), edit.right())));
            Files.write(folder.resolve(entry.getKey() + ".txt"), lines);
        }
    }

    /** Returns every edit that a table may make in a text. */
    static List<Edit> of(ClassTable table, String text) {
        List<int[]> sites = new ArrayList<>();
        EnglishTable.edited(
                table,
                text,
                FormChooser.READER,
                (cls, bucket, found, written, at) -> sites.add(new int[] {cls, 1 - found, at}));
        List<Edit> edits = new ArrayList<>();
        for (int i = 0; i < sites.size(); i++) {
            int[] site = sites.get(i);
            if (table.writes(site[0], site[1])) {
                edits.add(edit(table, text, i, site));
            }
        }
        return edits;
    }

    private static Edit edit(ClassTable table, String text, int index, int[] site) {
        int[] seen = {0};
        String edited = EnglishTable.edited(
                table,
                text,
                (cls, bucket) -> seen[0] == index ? site[1] : FormChooser.KEEP,
                (cls, bucket, found, written, at) -> seen[0]++);
        int at = site[2];
        int end = 0;
        int most = Math.min(text.length(), edited.length()) - at;
        while (end < most && text.charAt(text.length() - 1 - end) == edited.charAt(edited.length() - 1 - end)) {
            end++;
        }
        int oldEnd = text.length() - end;
        int nowEnd = edited.length() - end;
        while (oldEnd < text.length() && (Character.isLetter(text.charAt(oldEnd)) || text.charAt(oldEnd) == '\'')) {
            oldEnd++;
            nowEnd++;
        }
        String left = text.substring(Math.max(0, at - REACH), at);
        String right = text.substring(oldEnd, Math.min(text.length(), oldEnd + REACH - 40));
        String[] before = left.split("(?<=\\s)");
        String[] after = right.split("(?=\\s)");
        return new Edit(
                table.name(site[0]),
                joined(before, Math.max(0, before.length - WORDS), before.length),
                text.substring(at, oldEnd),
                edited.substring(at, nowEnd),
                joined(after, 0, Math.min(after.length, WORDS + 1)),
                text.substring(sentenceStart(text, at), at),
                text.substring(oldEnd, sentenceEnd(text, oldEnd)));
    }

    private static int sentenceStart(String text, int at) {
        int start = at;
        while (start > 0 && !(endsSentence(text, start - 1) && start < at)) {
            start--;
        }
        return start;
    }

    private static int sentenceEnd(String text, int at) {
        int end = at;
        while (end < text.length() && !endsSentence(text, end)) {
            end++;
        }
        return Math.min(text.length(), end + 1);
    }

    /** Returns whether a sentence ends with a character: the end of a line, or . ! ? before white space. */
    private static boolean endsSentence(String text, int at) {
        boolean stop = ".!?".indexOf(text.charAt(at)) >= 0;
        boolean last = at + 1 == text.length() || Character.isWhitespace(text.charAt(at + 1));
        return text.charAt(at) == '\n' || (stop && last);
    }

    private static String joined(String[] words, int from, int to) {
        return String.join("", Arrays.copyOfRange(words, from, to)).replaceAll("\\s*\n\\s*", " ¶ ");
    }
}
