package dev.stillgate.canary.text.table;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** A value of a YAML file with its position. The accessors reject any other value with file, line and column. */
record YamlValue(Path file, Node node) {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 8;
    private static final int MAX_VALUES = 50_000;

    /** Reads one document of plain values: no anchors, aliases, tags or duplicate keys, bounded in size and depth. */
    static YamlValue read(Path file) throws TableException {
        LoadSettings settings = LoadSettings.builder()
                .setCodePointLimit(MAX_BYTES)
                .setAllowNonScalarKeys(true)
                .build();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new TableException(file, Optional.empty(), "expected at most " + MAX_BYTES + " bytes");
            }
            ByteBuffer utf8 = ByteBuffer.wrap(bytes);
            String text = StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
            checkBounds(file, new Parse(settings).parseString(text));
            Node root = new Compose(settings)
                    .composeString(text)
                    .orElseThrow(() -> new TableException(file, Optional.empty(), "the file is empty"));
            return new YamlValue(file, root);
        } catch (MarkedYamlEngineException e) {
            String context = e.getContext() == null ? "" : e.getContext() + ", ";
            throw new TableException(file, e.getProblemMark(), "invalid YAML: " + context + e.getProblem());
        } catch (YamlEngineException | IllegalArgumentException e) {
            throw new TableException(file, Optional.empty(), "invalid YAML: " + e.getMessage());
        } catch (CharacterCodingException e) {
            throw new TableException(file, Optional.empty(), "expected UTF-8");
        } catch (IOException e) {
            throw new TableException(file, Optional.empty(), "cannot be read: " + e.getMessage());
        }
    }

    private static void checkBounds(Path file, Iterable<Event> events) throws TableException {
        int depth = 0;
        int values = 0;
        for (Event event : events) {
            boolean value = event instanceof NodeEvent;
            values += value ? 1 : 0;
            if (value && (depth == MAX_DEPTH || values > MAX_VALUES)) {
                String bounds = MAX_DEPTH + " levels and " + MAX_VALUES + " values";
                throw new TableException(file, event.getStartMark(), "expected at most " + bounds);
            }
            boolean tagged =
                    (event instanceof ScalarEvent scalar && scalar.getTag().isPresent())
                            || (event instanceof CollectionStartEvent start
                                    && start.getTag().isPresent());
            boolean anchored =
                    event instanceof NodeEvent node && node.getAnchor().isPresent();
            if (tagged || anchored || event instanceof AliasEvent) {
                String problem = "expected a plain value: anchors, aliases and tags are not allowed";
                throw new TableException(file, event.getStartMark(), problem);
            }
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
        }
    }

    /** Returns the exception that reports a problem at this value. */
    TableException problem(String message) {
        return new TableException(file, node.getStartMark(), message);
    }

    /** Returns the entries of a mapping without unknown or duplicate keys; an empty set allows every key. */
    Map<String, YamlValue> entries(String what, Set<String> keys) throws TableException {
        if (!(node instanceof MappingNode mapping)) {
            throw problem("expected " + what + ", a mapping");
        }
        Map<String, YamlValue> entries = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            YamlValue value = new YamlValue(file, tuple.getValueNode());
            String key = new YamlValue(file, tuple.getKeyNode()).text("a key", MAX_BYTES);
            if (!keys.isEmpty() && !keys.contains(key)) {
                throw value.problem("unknown key \"" + key + "\": expected one of " + keys);
            }
            if (entries.put(key, value) != null) {
                throw value.problem("duplicate key \"" + key + "\"");
            }
        }
        return entries;
    }

    List<YamlValue> items(String what, int least, int most) throws TableException {
        if (node instanceof SequenceNode list
                && list.getValue().size() >= least
                && list.getValue().size() <= most) {
            return list.getValue().stream()
                    .map(item -> new YamlValue(file, item))
                    .toList();
        }
        throw problem("expected " + what + ", a list of " + least + " to " + most);
    }

    /** Returns a text of 1 to {@code most} characters. */
    String text(String what, int most) throws TableException {
        String text = node instanceof ScalarNode scalar ? scalar.getValue() : "";
        if (text.isEmpty() || text.length() > most) {
            throw problem("expected " + what + ", a text of 1 to " + most + " characters");
        }
        return text;
    }

    /** Returns a decimal number without quotes; {@code digits} is how many decimals it may have. */
    double number(String what, int digits, int least, int most) throws TableException {
        String pattern = digits == 0 ? "-?\\d{1,9}" : "-?\\d{1,6}(\\.\\d{1," + digits + "})?";
        if (node instanceof ScalarNode scalar
                && scalar.isPlain()
                && scalar.getValue().matches(pattern)) {
            double value = Double.parseDouble(scalar.getValue());
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw problem("expected " + what + " from " + least + " to " + most);
    }

    int count(String what, int least, int most) throws TableException {
        return (int) number(what + ", a whole number", 0, least, most);
    }

    /** Returns the constant whose name in lower case, with {@code -} for {@code _}, is this text. */
    <E extends Enum<E>> E oneOf(Class<E> type) throws TableException {
        List<String> names = Stream.of(type.getEnumConstants())
                .map(each -> each.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
        int found = names.indexOf(text("one of " + names, MAX_BYTES));
        if (found < 0) {
            throw problem("expected one of " + names);
        }
        return type.getEnumConstants()[found];
    }
}
