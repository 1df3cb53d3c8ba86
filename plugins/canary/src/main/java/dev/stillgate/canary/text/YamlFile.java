package dev.stillgate.canary.text;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
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
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads one YAML document, without what makes YAML dangerous: anchors, aliases, tags, duplicate keys, depth, size. */
final class YamlFile {
    /** The most bytes of a file. */
    static final int MOST_BYTES = 1 << 20;

    private static final int DEEPEST = 8;
    private static final int MOST_NODES = 50_000;

    private final Path file;
    private final Iterator<Event> events;
    private int nodes;

    private YamlFile(Path file, String text) {
        this.file = file;
        LoadSettings settings =
                LoadSettings.builder().setCodePointLimit(MOST_BYTES).build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /** Reads a file. */
    static YamlNode read(Path file) throws TableException {
        String text = text(file);
        try {
            return new YamlFile(file, text).document();
        } catch (MarkedYamlEngineException e) {
            throw YamlSource.of(file, e.getProblemMark().or(e::getContextMark))
                    .problem("is no YAML: " + e.getProblem());
        } catch (YamlEngineException | IllegalArgumentException e) {
            throw new TableException(file, 0, 0, "is no YAML: " + e.getMessage());
        }
    }

    private static String text(Path file) throws TableException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new TableException(file, 0, 0, "expected at most " + MOST_BYTES + " bytes");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new TableException(file, 0, 0, "expected UTF-8");
        } catch (IOException e) {
            throw new TableException(file, 0, 0, "cannot be read: " + e.getMessage());
        }
    }

    private YamlNode document() throws TableException {
        events.next(); // the stream's start
        if (!(events.next() instanceof DocumentStartEvent)) {
            throw new TableException(file, 0, 0, "is empty: expected a table of classes");
        }
        YamlNode root = node(events.next(), 1);
        events.next(); // the document's end
        Event next = events.next();
        if (next instanceof DocumentStartEvent) {
            throw at(next).problem("expected one document in a file");
        }
        return root;
    }

    private YamlNode node(Event event, int depth) throws TableException {
        YamlSource at = at(event);
        if (depth > DEEPEST || ++nodes > MOST_NODES) {
            throw at.problem("expected at most " + DEEPEST + " levels and " + MOST_NODES + " values");
        }
        Optional<Anchor> anchor = event instanceof NodeEvent node ? node.getAnchor() : Optional.empty();
        if (event instanceof AliasEvent || anchor.isPresent()) {
            throw at.problem("expected the value itself: anchors and aliases are not allowed");
        }
        return switch (event) {
            case ScalarEvent scalar -> {
                refuseTag(at, scalar.getTag());
                yield new YamlNode.Scalar(at, scalar.getValue(), scalar.isPlain());
            }
            case SequenceStartEvent start -> sequence(at, start, depth);
            case MappingStartEvent start -> mapping(at, start, depth);
            default -> throw at.problem("expected a value");
        };
    }

    private YamlNode sequence(YamlSource at, CollectionStartEvent start, int depth) throws TableException {
        refuseTag(at, start.getTag());
        List<YamlNode> items = new ArrayList<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            items.add(node(event, depth + 1));
        }
        return new YamlNode.Sequence(at, items);
    }

    private YamlNode mapping(YamlSource at, CollectionStartEvent start, int depth) throws TableException {
        refuseTag(at, start.getTag());
        LinkedHashMap<String, YamlNode> entries = new LinkedHashMap<>();
        for (Event event = events.next(); event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            if (!(node(event, depth + 1) instanceof YamlNode.Scalar key)) {
                throw at(event).problem("expected a key, found a list or a mapping");
            }
            if (entries.put(key.text(), node(events.next(), depth + 1)) != null) {
                throw key.at().problem("the key \"" + key.text() + "\" stands there twice");
            }
        }
        return new YamlNode.Mapping(at, entries);
    }

    private static void refuseTag(YamlSource at, Optional<String> tag) throws TableException {
        if (tag.isPresent()) {
            throw at.problem("expected a plain value: the tag \"" + tag.get() + "\" is not allowed");
        }
    }

    private YamlSource at(Event event) {
        return YamlSource.of(file, event.getStartMark());
    }
}
