package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.spi.files.StateFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The texts of the last {@value #KEPT} policy generations in a directory. Two files a generation: {@code N.yaml}, the
 * policy file's bytes, is written before the policy is put in force; {@code N.properties}, when and why, after it. So a
 * process that is killed between the two leaves a text without properties: that generation may have been in force for a
 * moment. Files are replaced atomically and flushed to the disk. A disk that fails is logged and never holds up a
 * policy.
 *
 * <p>One process writes; any may read.
 */
public final class PolicyArchive {
    /** Most generations kept. */
    public static final int KEPT = 100;

    private static final Logger LOG = LoggerFactory.getLogger(PolicyArchive.class);
    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,17})\\.yaml");

    private final Path directory;

    /** Opens an archive. The directory exists. */
    public PolicyArchive(Path directory) {
        this.directory = directory;
    }

    /**
     * A generation in the archive.
     *
     * @param generation the number, unique in this directory
     * @param since when it came into force; null if the process ended before that was recorded
     * @param cause the cause of the change, such as {@code watch}; {@code interrupted} if {@code since} is null
     * @param by who asked for it; null if unknown
     * @param why the reason that was given; null for none
     * @param sha256 the SHA-256 of the text, as hex digits; empty if {@code since} is null
     * @param changes the differences to the generation before
     * @param origin the generation in which this text was read from the file
     */
    public record Entry(
            long generation,
            @Nullable Instant since,
            String cause,
            @Nullable String by,
            @Nullable String why,
            String sha256,
            List<String> changes,
            long origin) {
        static Entry of(PolicyGeneration generation) {
            return new Entry(
                    generation.number(),
                    Instant.ofEpochMilli(generation.since()),
                    generation.change().cause(),
                    generation.change().by(),
                    generation.change().why(),
                    generation.sha256(),
                    generation.changes(),
                    generation.origin());
        }
    }

    /** Returns the highest number in the archive, 0 if it is empty. */
    long last() {
        try {
            NavigableSet<Long> numbers = numbers();
            return numbers.isEmpty() ? 0 : numbers.last();
        } catch (IOException e) {
            LOG.warn("the policy archive {} cannot be read: numbers start at 1", directory, e);
            return 0;
        }
    }

    /** Returns whether the state directory that the archive is in has a subdirectory of a filter. */
    boolean hasState(String filter) {
        return Files.isDirectory(directory.resolveSibling(filter));
    }

    /** Returns the text of the highest number in the archive, null if it is empty. */
    @Nullable
    String latest() throws IOException {
        NavigableSet<Long> numbers = numbers();
        return numbers.isEmpty() ? null : text(numbers.last());
    }

    /** Writes the text of a generation that is about to be put in force. */
    void prepare(long number, PolicyLoader.Loaded loaded) {
        try {
            StateFile.replace(directory.resolve(number + ".yaml"), loaded.text().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.error("the text of policy generation {} cannot be archived in {}", number, directory, e);
        }
    }

    /** Writes when and why a generation came into force, and deletes those beyond the limit. */
    void complete(PolicyGeneration generation) {
        Entry entry = Entry.of(generation);
        StringBuilder text = new StringBuilder();
        property(text, "since", String.valueOf(entry.since));
        property(text, "cause", entry.cause);
        property(text, "by", entry.by);
        property(text, "why", entry.why);
        property(text, "sha256", entry.sha256);
        property(text, "origin", String.valueOf(entry.origin));
        for (int i = 0; i < entry.changes.size(); i++) {
            property(text, "change." + i, entry.changes.get(i));
        }
        try {
            StateFile.replace(
                    directory.resolve(entry.generation + ".properties"),
                    text.toString().getBytes(StandardCharsets.UTF_8));
            trim();
        } catch (IOException e) {
            LOG.error("policy generation {} cannot be archived in {}", entry.generation, directory, e);
        }
    }

    /** Adds a line in the form of {@link Properties}, in which all other than printable ASCII is escaped. */
    private static void property(StringBuilder text, String key, @Nullable String value) {
        if (value == null) {
            return;
        }
        text.append(key).append('=');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c > 0x20 && c < 0x7f && c != '\\') {
                text.append(c);
            } else {
                text.append(String.format("\\u%04x", (int) c));
            }
        }
        text.append('\n');
    }

    private void trim() throws IOException {
        if (numbers().size() <= KEPT) {
            return;
        }
        List<Entry> kept = new ArrayList<>(entries().reversed());
        while (kept.size() > KEPT) {
            Entry dropped = kept.remove(
                    PolicyHistory.expendable(kept.stream().map(Entry::sha256).toList()));
            Files.deleteIfExists(directory.resolve(dropped.generation + ".properties"));
            Files.deleteIfExists(directory.resolve(dropped.generation + ".yaml"));
        }
    }

    private NavigableSet<Long> numbers() throws IOException {
        TreeSet<Long> numbers = new TreeSet<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> {
                Matcher name = TEXT.matcher(file.getFileName().toString());
                if (name.matches()) {
                    numbers.add(Long.valueOf(name.group(1)));
                }
            });
        }
        return numbers;
    }

    /**
     * Returns the generations, the newest first.
     *
     * @throws IOException if the directory cannot be read
     */
    public List<Entry> entries() throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (long number : numbers().descendingSet()) {
            entries.add(entry(number));
        }
        return Collections.unmodifiableList(entries);
    }

    private Entry entry(long number) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(directory.resolve(number + ".properties"))) {
            properties.load(in);
            List<String> changes = new ArrayList<>();
            for (int i = 0; properties.containsKey("change." + i); i++) {
                changes.add(properties.getProperty("change." + i));
            }
            return new Entry(
                    number,
                    Instant.parse(properties.getProperty("since", "")),
                    properties.getProperty("cause", ""),
                    properties.getProperty("by"),
                    properties.getProperty("why"),
                    properties.getProperty("sha256", ""),
                    List.copyOf(changes),
                    Long.parseLong(properties.getProperty("origin", String.valueOf(number))));
        } catch (NoSuchFileException | DateTimeException | IllegalArgumentException incomplete) {
            return new Entry(number, null, "interrupted", null, null, "", List.of(), number);
        }
    }

    /**
     * Returns the text of a generation, null if it is not in the archive.
     *
     * @throws IOException if the file cannot be read
     */
    public @Nullable String text(long number) throws IOException {
        try {
            return Files.readString(directory.resolve(number + ".yaml"));
        } catch (NoSuchFileException absent) {
            return null;
        }
    }
}
