package dev.stillgate.proxy.policy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.proxy.policy.PolicyReloader.NothingToDo;
import dev.stillgate.spi.files.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The policy generations of this process, and those in the archive of earlier ones. Thread-safe. */
public final class PolicyHistory {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyHistory.class);
    private static final int MOST = 10;

    private final @Nullable PolicyArchive archive;

    @GuardedBy("this")
    private final List<PolicyGeneration> generations = new ArrayList<>();

    @GuardedBy("this")
    private long numbers;

    /** Creates a history whose numbers follow those of the archive, null for none. */
    PolicyHistory(@Nullable PolicyArchive archive) {
        this.archive = archive;
        numbers = archive == null ? 0 : archive.last();
    }

    /** Returns a new generation number. */
    synchronized long next() {
        return ++numbers;
    }

    /** Returns whether a filter may have saved state; always true without an archive. */
    boolean mayHaveState(String filter) {
        return archive == null || archive.hasState(filter);
    }

    /** Archives the text of a generation that is about to be put in force. */
    void prepare(PolicyGeneration generation) {
        if (archive != null) {
            archive.prepare(generation.number(), generation.loaded());
        }
    }

    /** Appends the generation that is now in force, and drops one if there are too many. */
    void add(PolicyGeneration generation) {
        synchronized (this) {
            generations.add(generation);
            if (generations.size() > MOST) {
                generations.remove(expendable(
                        generations.stream().map(PolicyGeneration::sha256).toList()));
            }
        }
        if (archive != null) {
            archive.complete(generation);
        }
    }

    /**
     * Returns the index of the generation to drop. It is the oldest one with the text of its predecessor, so that an
     * accounts file that changes often leaves the texts of earlier policies. Otherwise it is the oldest one.
     *
     * @param hashes the hashes of the texts, the oldest first; the last one is in force
     */
    static int expendable(List<String> hashes) {
        for (int i = 1; i < hashes.size() - 1; i++) {
            if (hashes.get(i).equals(hashes.get(i - 1))) {
                return i;
            }
        }
        return 0;
    }

    /** Returns the generation in force. */
    synchronized PolicyGeneration current() {
        return generations.getLast();
    }

    /** Returns the latest generations of this process, the one in force first. */
    public synchronized List<PolicyGeneration> all() {
        return List.copyOf(generations.reversed());
    }

    /**
     * Returns all generations that are known, the newest first.
     *
     * @throws IOException if the archive cannot be read
     */
    public List<PolicyArchive.Entry> entries() throws IOException {
        return entries(archive == null ? List.of() : archive.entries());
    }

    private List<PolicyArchive.Entry> entries(List<PolicyArchive.Entry> archived) {
        NavigableMap<Long, PolicyArchive.Entry> entries = new TreeMap<>();
        archived.forEach(entry -> entries.put(entry.generation(), entry));
        all().forEach(own -> entries.put(own.number(), PolicyArchive.Entry.of(own)));
        return List.copyOf(entries.descendingMap().values());
    }

    /**
     * Returns the text of a generation, null if it is not known.
     *
     * @throws IOException if the archive cannot be read
     */
    public @Nullable String text(long number) throws IOException {
        for (PolicyGeneration generation : all()) {
            if (generation.number() == number) {
                return generation.loaded().text();
            }
        }
        return archive == null ? null : archive.text(number);
    }

    /**
     * Returns the target of a rollback.
     *
     * @param number its number; null for the latest generation that was in force before the text in force was, and has
     *     another text
     */
    PolicyArchive.Entry target(@Nullable Long number) throws NothingToDo {
        PolicyGeneration from = current();
        List<PolicyArchive.Entry> known;
        try {
            known = entries();
        } catch (IOException e) {
            LOG.warn("the policy archive cannot be read", e);
            known = entries(List.of());
        }
        return known.stream()
                .filter(entry -> number != null
                        ? entry.generation() == number
                        : entry.generation() < from.origin()
                                && entry.since() != null
                                && !entry.sha256().equals(from.sha256()))
                .findFirst()
                .orElseThrow(() -> new NothingToDo(
                        number != null
                                ? "generation " + number + " is not known: see stillgate history"
                                : "there is no generation before " + from.origin() + " with another policy"));
    }

    /** Returns the text of a rollback's target. */
    String textOf(PolicyArchive.Entry target) throws NothingToDo {
        String text = null;
        try {
            text = text(target.generation());
        } catch (IOException e) {
            LOG.warn("the text of generation {} cannot be read", target.generation(), e);
        }
        if (text == null) {
            throw new NothingToDo("the text of generation " + target.generation() + " cannot be read");
        }
        if (!target.sha256().isEmpty()
                && !target.sha256().equals(Digests.sha256Hex(text.getBytes(StandardCharsets.UTF_8)))) {
            throw new NothingToDo("the text of generation " + target.generation() + " is damaged: see the archive");
        }
        if (text.equals(current().loaded().text())) {
            throw new NothingToDo("the policy of generation " + target.generation() + " is in force");
        }
        return text;
    }
}
