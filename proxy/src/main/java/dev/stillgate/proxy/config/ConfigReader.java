package dev.stillgate.proxy.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Parses a YAML 1.2 document into {@link ConfigNode}s with positions. Rejects dangerous or ambiguous YAML: anchors,
 * aliases, tags, duplicate keys, keys that are not scalars, and multiple documents. Size, depth and number of nodes are
 * bounded.
 */
public final class ConfigReader {
    /** The maximum size of a file, in bytes. */
    public static final int MOST_BYTES = 16 << 20;

    private static final int MAX_DEPTH = 32;
    private static final int MAX_NODES = 500_000;
    private static final String ALIAS =
            "an alias is not allowed: write the value out, or put a text that begins with * in quotes";

    private final Function<Optional<Mark>, Position> positions;
    private final Iterator<Event> events;
    private final List<Problem> problems = new ArrayList<>();
    private int nodes;

    private ConfigReader(String text, Function<Optional<Mark>, Position> positions) {
        this.positions = positions;
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(MOST_BYTES).build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /**
     * Reads and parses a file.
     *
     * @throws ConfigException if the file cannot be read or is invalid
     */
    public static ConfigNode read(Path file) throws ConfigException {
        return parse(file, TextFile.bytes(file, MOST_BYTES));
    }

    /**
     * Parses the content of a file.
     *
     * @param file the file named in positions; relative paths are resolved against its directory
     * @throws ConfigException if the content is invalid
     */
    public static ConfigNode parse(Path file, byte[] bytes) throws ConfigException {
        return new ConfigReader(TextFile.text(file, bytes), mark -> position(file, mark)).document(file);
    }

    /** Parses the value of a {@link Default}; all nodes have the given position. */
    static ConfigNode parseDefault(Position at, String yaml) throws ConfigException {
        return new ConfigReader(yaml, mark -> at).document(at.file());
    }

    static Position position(Path file, Optional<Mark> mark) {
        return mark.map(at -> new Position(file, at.getLine() + 1, at.getColumn() + 1))
                .orElse(Position.of(file));
    }

    private ConfigNode document(Path file) throws ConfigException {
        try {
            events.next(); // the stream's start
            if (!(events.next() instanceof DocumentStartEvent)) {
                throw new ConfigException(Position.of(file), "is empty");
            }
            ConfigNode root = node(events.next(), 1);
            events.next(); // the document's end
            Event next = events.next();
            if (next instanceof DocumentStartEvent) {
                problem(next, "a second document starts here: expected one in a file");
            }
            if (!problems.isEmpty()) {
                throw new ConfigException(problems);
            }
            return root;
        } catch (MarkedYamlEngineException e) {
            Position at = positions.apply(e.getProblemMark().or(e::getContextMark));
            boolean afterAlias = problems.stream() // an unquoted * before a colon takes the colon into its name
                    .anyMatch(problem ->
                            problem.message().equals(ALIAS) && problem.at().line() == at.line());
            if (!afterAlias) {
                problems.add(new Problem(at, syntaxError(e)));
            }
            throw new ConfigException(problems);
        } catch (YamlEngineException | IllegalArgumentException e) {
            problems.add(new Problem(positions.apply(Optional.empty()), "is not valid YAML: " + e.getMessage()));
            throw new ConfigException(problems);
        }
    }

    private static String syntaxError(MarkedYamlEngineException e) {
        String context = e.getContext() == null ? "" : e.getContext() + ": ";
        String problem = String.valueOf(e.getProblem());
        if (context.contains("scanning an alias")) {
            return ALIAS;
        }
        if (problem.startsWith("expected <block end>")) {
            String block = e.getContextMark()
                    .map(mark -> " (this block begins in line " + (mark.getLine() + 1) + ", column "
                            + (mark.getColumn() + 1) + ")")
                    .orElse("");
            return "is indented like no line above it: keys of one mapping, and items of one list, begin in one column"
                    + block;
        }
        return "is not valid YAML: " + context + problem
                + (problem.startsWith("mapping values are not allowed")
                        ? ": a key begins in the column of the key above it, and a text with \": \" needs quotes"
                        : "");
    }

    private ConfigNode node(Event event, int depth) throws ConfigException {
        Position at = positions.apply(event.getStartMark());
        if (depth > MAX_DEPTH) {
            problem(event, "is nested deeper than " + MAX_DEPTH + " levels");
            throw new ConfigException(problems);
        }
        if (++nodes > MAX_NODES) {
            problem(event, "has more than " + MAX_NODES + " values");
            throw new ConfigException(problems);
        }
        rejectAnchor(event);
        return switch (event) {
            case ScalarEvent scalar -> {
                rejectTag(event, scalar.getTag());
                yield new ConfigNode.Scalar(at, scalar.getValue(), scalar.isPlain());
            }
            case SequenceStartEvent start -> sequence(at, start, depth);
            case MappingStartEvent start -> mapping(at, start, depth);
            default -> new ConfigNode.Scalar(at, "", true); // an alias: its problem has been recorded
        };
    }

    private ConfigNode sequence(Position at, CollectionStartEvent start, int depth) throws ConfigException {
        rejectTag(start, start.getTag());
        List<ConfigNode> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            items.add(node(event, depth + 1));
        }
        return new ConfigNode.Sequence(at, items);
    }

    private ConfigNode mapping(Position at, CollectionStartEvent start, int depth) throws ConfigException {
        rejectTag(start, start.getTag());
        Map<String, ConfigNode.Entry> entries = new HashMap<>();
        List<ConfigNode.Entry> inOrder = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            ConfigNode key = node(event, depth + 1);
            ConfigNode value = node(events.next(), depth + 1);
            if (!(key instanceof ConfigNode.Scalar name)) {
                problem(event, "expected a key, found a list or a mapping");
                continue;
            }
            ConfigNode.Entry entry = new ConfigNode.Entry(name, value);
            ConfigNode.Entry first = entries.putIfAbsent(name.text(), entry);
            if (first == null) {
                inOrder.add(entry);
            } else {
                problem(
                        event,
                        "duplicate key \"" + name.text() + "\", first in line "
                                + first.key().at().line());
            }
        }
        return new ConfigNode.Mapping(at, inOrder);
    }

    private void rejectAnchor(Event event) {
        Optional<Anchor> anchor = event instanceof NodeEvent node ? node.getAnchor() : Optional.empty();
        if (event instanceof AliasEvent) {
            problem(event, ALIAS);
        } else if (anchor.isPresent()) {
            problem(event, "the anchor \"&" + anchor.get().getValue() + "\" is not allowed");
        }
    }

    private void rejectTag(Event event, Optional<String> tag) {
        tag.ifPresent(name -> problem(event, "the tag \"" + name + "\" is not allowed"));
    }

    private void problem(Event event, String message) {
        problems.add(new Problem(positions.apply(event.getStartMark()), message));
    }
}
