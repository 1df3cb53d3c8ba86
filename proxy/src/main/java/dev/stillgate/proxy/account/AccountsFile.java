package dev.stillgate.proxy.account;

import dev.stillgate.proxy.config.CheckedReader;
import dev.stillgate.proxy.config.CheckedReader.BadTextException;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.config.TextFile;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.HeapRoom;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Streaming reader of {@code accounts.yaml} for millions of entries; only the resulting table is kept in memory. */
public final class AccountsFile {
    private static final long MAX_BYTES = Integer.MAX_VALUE;

    /** The worst-case heap use of the YAML parser per byte of the file, for a single text that fills the file. */
    private static final int PARSER_HEAP_FACTOR = 4;

    private AccountsFile() {}

    /**
     * The listed accounts.
     *
     * @param table the accounts by key
     * @param warnings the keys that refer to a secret that is not configured
     */
    public record Loaded(AccountTable table, List<Problem> warnings) {}

    /**
     * Reads the file.
     *
     * @param secretNames the names of the configured secrets, as returned by {@link Accounts#secretNames}
     * @throws ConfigException with about 100 problems at most; also if there is not enough free heap
     */
    public static Loaded load(Path file, List<String> secretNames) throws ConfigException {
        try {
            return loaded(file, entries(file, () -> new AccountEntries(secretNames)));
        } catch (HeapRoom.Full e) {
            throw new ConfigException(Position.of(file), "not enough free heap for its accounts: " + e.getMessage());
        }
    }

    /**
     * Reads the accounts by id, without their keys.
     *
     * @throws ConfigException as {@link #load}
     */
    public static Map<String, Account> byId(Path file) throws ConfigException {
        return entries(file, () -> new AccountEntries(List.of(), true)).byId();
    }

    /**
     * Finds the positions of tiers in the file.
     *
     * @param wanted the tiers to find
     * @return the position of the first account of each tier
     * @throws ConfigException as {@link #load}
     */
    public static Map<String, Position> tiers(Path file, Set<String> wanted) throws ConfigException {
        Map<String, Position> places = new LinkedHashMap<>();
        if (!wanted.isEmpty()) {
            try {
                AccountEntries entries = new AccountEntries(List.of());
                List<Problem> problems = parse(file, entries, true, (tier, place) -> {
                    if (wanted.contains(tier)) {
                        places.putIfAbsent(tier, place);
                    }
                });
                if (!problems.isEmpty()) {
                    throw new ConfigException(problems);
                }
            } catch (IOException e) {
                throw TextFile.unreadable(file, e);
            }
        }
        return places;
    }

    private static AccountEntries entries(Path file, Supplier<AccountEntries> begin) throws ConfigException {
        try {
            AccountEntries entries = begin.get();
            try (InputStream in = TextFile.open(file)) {
                if (Files.size(file) > MAX_BYTES) {
                    throw new ConfigException(Position.of(file), "is larger than " + MAX_BYTES + " bytes");
                }
                if (AccountLines.read(in, entries)) {
                    return entries;
                }
            }
            HeapRoom.require(PARSER_HEAP_FACTOR * Files.size(file));
            entries = begin.get();
            if (!parse(file, entries, false).isEmpty()) {
                entries = begin.get();
                List<Problem> problems = parse(file, entries, true);
                if (!problems.isEmpty()) {
                    throw new ConfigException(problems);
                }
            }
            return entries;
        } catch (IOException e) {
            throw TextFile.unreadable(file, e);
        }
    }

    /**
     * Parses the file and returns the problems. Positions take half of the time, so they are computed only on request.
     */
    private static List<Problem> parse(Path file, AccountEntries entries, boolean places) throws IOException {
        return parse(file, entries, places, (tier, place) -> {});
    }

    private static List<Problem> parse(
            Path file, AccountEntries entries, boolean places, BiConsumer<String, Position> tiers) throws IOException {
        LoadSettings settings = LoadSettings.builder()
                .setUseMarks(places)
                .setBufferSize(1 << 16)
                .setCodePointLimit(Integer.MAX_VALUE)
                .build();
        List<Problem> problems = new ArrayList<>();
        try (CheckedReader reader = new CheckedReader(file, TextFile.open(file))) {
            Iterable<Event> events = new Parse(settings).parseReader(reader);
            new AccountEvents(file, events.iterator(), entries, problems, tiers).document();
        } catch (ConfigException e) {
            return e.problems();
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().or(e::getContextMark).orElse(null);
            Position at =
                    mark == null ? Position.of(file) : new Position(file, mark.getLine() + 1, mark.getColumn() + 1);
            problems.add(new Problem(at, "is not valid YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            problems.add(
                    e.getCause() instanceof BadTextException bad
                            ? bad.problem()
                            : new Problem(Position.of(file), "is not valid YAML: " + e.getMessage()));
        }
        return problems;
    }

    private static Loaded loaded(Path file, AccountEntries entries) {
        List<Problem> warnings = new ArrayList<>();
        entries.unknownSecrets()
                .forEach((name, keys) -> warnings.add(new Problem(
                        Position.of(file),
                        keys + " keys refer to the secret " + name
                                + ", which hashing in stillgate.yaml does not have: requests with them are not"
                                + " recognised")));
        return new Loaded(entries.build(), List.copyOf(warnings));
    }
}
