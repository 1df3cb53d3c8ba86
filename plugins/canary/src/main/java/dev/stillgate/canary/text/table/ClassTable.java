package dev.stillgate.canary.text.table;

import dev.stillgate.spi.files.Digests;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Equivalence classes of a language: pairs of interchangeable forms, and how often each form occurs in unmarked text.
 * Immutable and thread-safe.
 */
public final class ClassTable {
    private final String language;
    private final List<WordClass> classes;
    private final FormMatcher forms;
    private final LanguageEvidence evidence;
    private final byte[] digest;

    private ClassTable(TableReader.Read read) throws TableException {
        language = read.language();
        classes = read.classes();
        SortedSet<String> words = new TreeSet<>(read.evidence());
        words.addAll(read.against());
        forms = new FormMatcher(
                classes, words, read.examplesAfter(), read.messagesAfter(), read.cues(), read.capitalCues());
        evidence = new LanguageEvidence(forms.words, read.evidence(), read.against());
        digest = digest(read);
    }

    /**
     * Reads the files of one language. Classes are numbered in file order.
     *
     * @throws TableException if a file cannot be read or is invalid
     */
    public static ClassTable read(Path... files) throws TableException {
        if (files.length == 0) {
            throw new IllegalArgumentException("no file of classes");
        }
        TableReader reader = new TableReader();
        for (Path file : files) {
            reader.add(file);
        }
        return new ClassTable(reader.read());
    }

    /** Returns the language tag, such as "en". */
    public String language() {
        return language;
    }

    /** Returns the number of classes. */
    public int classes() {
        return classes.size();
    }

    /** Returns the number of cells of a class, 1 to 64. */
    public int buckets(int cls) {
        return classes.get(cls).buckets();
    }

    /** Returns the name of a class. */
    public String name(int cls) {
        return classes.get(cls).name();
    }

    /** Returns whether a form of a class may replace the other. */
    public boolean writes(int cls, int form) {
        return classes.get(cls).direction().allows(form);
    }

    /** Returns whether each form 1 of a class has an apostrophe and each form 0 has none. */
    public boolean contracts(int cls) {
        return classes.get(cls).pairs().stream()
                .allMatch(
                        pair -> pair.form1().indexOf('\'') >= 0 && pair.form0().indexOf('\'') < 0);
    }

    /** Returns the share of form 1 among a class's sites in unmarked text, 0 to 1. */
    public double referenceRate(int cls) {
        return classes.get(cls).rate();
    }

    /** Returns a cell's share of form 1 in unmarked text minus its class's, shrunk towards 0. */
    public double referenceOffset(int cls, int bucket) {
        return classes.get(cls).offsets().get(bucket);
    }

    /** Returns SHA-256 of the table's content: forms, guards, buckets and rates. */
    public byte[] digest() {
        return digest.clone();
    }

    /** Returns the definition of a class. */
    public WordClass wordClass(int cls) {
        return classes.get(cls);
    }

    public FormMatcher forms() {
        return forms;
    }

    public LanguageEvidence evidence() {
        return evidence;
    }

    private static byte[] digest(TableReader.Read read) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            texts(out, List.of("stillgate-canary-classes/1", read.language()));
            texts(out, read.evidence());
            texts(out, read.against());
            texts(out, read.examplesAfter());
            texts(out, read.cues());
            texts(out, read.capitalCues());
            out.writeInt(read.classes().size());
            for (WordClass cls : read.classes()) {
                texts(out, List.of(cls.name(), cls.direction().name()));
                texts(out, cls.pairs().stream().map(WordClass.Pair::form0).toList());
                texts(out, cls.pairs().stream().map(WordClass.Pair::form1).toList());
                WordClass.Guards guards = cls.guards();
                texts(out, guards.left().stream().map(Enum::name).sorted().toList());
                texts(out, guards.right().stream().map(Enum::name).sorted().toList());
                texts(out, guards.onlyAfter());
                texts(out, guards.neverAfter());
                texts(out, guards.neverAfterTwo());
                texts(out, guards.neverInContext());
                texts(out, guards.onlyBefore());
                texts(out, guards.neverBefore());
                out.writeBoolean(cls.opening());
                out.writeInt(cls.buckets());
                out.writeDouble(cls.rate());
                for (double offset : cls.offsets()) {
                    out.writeDouble(offset);
                }
                if (!guards.onlyAfterTwo().isEmpty()) { // as with the messages below
                    texts(out, guards.onlyAfterTwo());
                }
            }
            if (!read.messagesAfter().isEmpty()) { // tables without the list keep their digest
                texts(out, read.messagesAfter());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Digests.sha256(bytes.toByteArray());
    }

    /** Writes texts with their number and lengths, so that different lists give different bytes. */
    private static void texts(DataOutputStream out, Collection<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            out.writeInt(utf8.length);
            out.write(utf8);
        }
    }
}
