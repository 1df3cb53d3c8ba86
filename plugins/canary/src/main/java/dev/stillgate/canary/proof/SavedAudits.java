package dev.stillgate.canary.proof;

import dev.stillgate.spi.files.Digests;
import dev.stillgate.spi.files.StateFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Directory of saved audits beside a ledger, one file each. {@code canary verify} writes it, the gateway reads it. The
 * newest {@value #MOST} count, of at most 128 KiB each; other files are ignored, and logged once. Thread-safe.
 */
public final class SavedAudits {
    /** Name of the directory, beside the ledger's. */
    public static final String DIRECTORY = "audits";

    static final int MOST = 200;
    static final int LARGEST = 1 << 17;

    private static final int MOST_ENTRIES = 10_000;
    private static final Pattern NAME = Pattern.compile("\\d{8}T\\d{6}Z-[0-9a-f]{8}\\.json");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path directory;
    private final Consumer<String> log;

    /** Content of each file that counts; guarded by this. */
    private Map<String, Known> known = Map.of();

    /** Why the directory could not be listed; guarded by this. */
    private @Nullable String problem;

    /** A file as it was read; without an audit if it holds none. */
    private record Known(
            FileTime changed, long size, @Nullable SavedAudit audit) {
        boolean isOf(BasicFileAttributes present) {
            return changed.equals(present.lastModifiedTime()) && size == present.size();
        }
    }

    /**
     * Creates the view of a directory, which need not exist.
     *
     * @param log receives lines for the operator
     */
    public SavedAudits(Path directory, Consumer<String> log) {
        this.directory = directory;
        this.log = log;
    }

    /** Returns the directory of saved audits that belongs to a ledger's directory. */
    public static Path beside(Path ledger) {
        return ledger.toAbsolutePath().normalize().resolveSibling(DIRECTORY);
    }

    /**
     * Writes an audit, deletes the oldest files beyond the maximum number, and returns the file.
     *
     * @throws IOException if the directory cannot be written
     */
    public Path save(SavedAudit audit) throws IOException {
        byte[] bytes = audit.json();
        String name = TIME.format(audit.at()) + '-' + Digests.sha256Hex(bytes).substring(0, 8) + ".json";
        Files.createDirectories(directory);
        Path file = directory.resolve(name);
        StateFile.replaceShared(file, out -> out.write(bytes));
        List<String> names = names();
        for (String old : names.subList(Math.min(MOST, names.size()), names.size())) {
            Files.deleteIfExists(directory.resolve(old));
        }
        return file;
    }

    /** Returns the audits, the newest first. A file is read again only if it has changed. */
    public synchronized List<SavedAudit> all() {
        Map<String, Known> present = new HashMap<>();
        List<SavedAudit> audits = new ArrayList<>();
        for (String name : present()) {
            Known file = known(name);
            if (file != null) {
                present.put(name, file);
                if (file.audit != null) {
                    audits.add(file.audit);
                }
            }
        }
        known = present;
        audits.sort(Comparator.comparing(SavedAudit::at).reversed());
        return audits;
    }

    /** Returns the names of the files that count. A directory that cannot be read is logged once, and taken for empty. */
    private synchronized List<String> present() {
        try {
            List<String> names = names();
            problem = null;
            return names.subList(0, Math.min(MOST, names.size()));
        } catch (IOException e) {
            String failure = "saved audits cannot be listed: " + e;
            if (!failure.equals(problem)) {
                log.accept(failure);
            }
            problem = failure;
            return List.of();
        }
    }

    /** Returns the names of files that may be audits, the newest first. */
    private List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        int entries = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (++entries > MOST_ENTRIES) {
                    throw new IOException(directory + ": more than " + MOST_ENTRIES + " entries");
                }
                String name = String.valueOf(file.getFileName());
                if (NAME.matcher(name).matches()) {
                    names.add(name);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        names.sort(Comparator.reverseOrder());
        return names;
    }

    /** Returns what a file holds; null if it has been deleted meanwhile. */
    private synchronized @Nullable Known known(String name) {
        Path file = directory.resolve(name);
        try {
            BasicFileAttributes present =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            Known before = known.get(name);
            return before != null && before.isOf(present)
                    ? before
                    : new Known(present.lastModifiedTime(), present.size(), read(file, present));
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            Known before = known.get(name);
            if (before == null || before.audit != null) {
                log.accept(file + " is ignored: " + e);
            }
            return new Known(FileTime.fromMillis(0), -1, null);
        }
    }

    private @Nullable SavedAudit read(Path file, BasicFileAttributes present) {
        String why;
        if (!present.isRegularFile()) {
            why = "not a regular file";
        } else if (present.size() > LARGEST) {
            why = "larger than " + LARGEST + " bytes";
        } else {
            try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
                return SavedAudit.parse(in.readNBytes(LARGEST));
            } catch (IOException e) {
                why = Objects.requireNonNullElse(e.getMessage(), "unreadable")
                        .lines()
                        .findFirst()
                        .orElse("");
            }
        }
        log.accept(file + " is ignored: " + why);
        return null;
    }
}
