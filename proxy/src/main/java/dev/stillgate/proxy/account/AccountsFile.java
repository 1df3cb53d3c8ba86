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

/** Reads {@code accounts.yaml}, up to millions of entries, as a stream: only the table that it becomes is in memory. */
public final class AccountsFile {
    private static final long MOST_BYTES = Integer.MAX_VALUE;
    /** What the YAML parser may take for each byte of a file, at worst: one text that is as long as the file. */
    private static final int PARSER_SHARE = 4;

    private AccountsFile() {}

    /**
     * The listed accounts.
     *
     * @param table the accounts by their keys
     * @param warnings what is no error but not as it should be: keys that name a secret which is not live
     */
    public record Loaded(AccountTable table, List<Problem> warnings) {}

    /**
     * Reads the file.
     *
     * @param secretNames the names of the live secrets, in the order of {@code hashing}: {@link Accounts#secretNames}
     * @throws ConfigException with what is wrong in it, at most about a hundred problems; or because the heap has no room
     */
    public static Loaded load(Path file, List<String> secretNames) throws ConfigException {
        try {
            return loaded(file, entries(file, () -> new AccountEntries(secretNames)));
        } catch (HeapRoom.Full e) {
            throw new ConfigException(Position.of(file), "the heap has no room for its accounts: " + e.getMessage());
        }
    }

    /**
     * Reads the file for someone who knows accounts by their ids and no key of them.
     *
     * @throws ConfigException as {@link #load}
     */
    public static Map<String, Account> byId(Path file) throws ConfigException {
        return entries(file, () -> new AccountEntries(List.of(), true)).byId();
    }

    /**
     * Finds where tiers stand.
     *
     * @param wanted the tiers to find
     * @return the place of the first account of each
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
                if (Files.size(file) > MOST_BYTES) {
                    throw new ConfigException(Position.of(file), "is larger than " + MOST_BYTES + " bytes");
                }
                if (AccountLines.read(in, entries)) {
                    return entries;
                }
            }
            HeapRoom.require(PARSER_SHARE * Files.size(file));
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

    /** Returns what is wrong; without places, which take half of the time, unless they are asked for. */
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
            problems.add(new Problem(at, "is no YAML: " + e.getProblem()));
        } catch (YamlEngineException e) {
            problems.add(
                    e.getCause() instanceof BadTextException bad
                            ? bad.problem()
                            : new Problem(Position.of(file), "is no YAML: " + e.getMessage()));
        }
        return problems;
    }

    private static Loaded loaded(Path file, AccountEntries entries) {
        List<Problem> warnings = new ArrayList<>();
        entries.unknownSecrets()
                .forEach((name, keys) -> warnings.add(new Problem(
                        Position.of(file),
                        keys + " keys name the secret " + name + ", which is not live: nobody is recognised by them")));
        return new Loaded(entries.build(), List.copyOf(warnings));
    }
}
