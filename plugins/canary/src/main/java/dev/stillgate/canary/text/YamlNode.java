package dev.stillgate.canary.text;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/** A value of a YAML file that knows its place. */
sealed interface YamlNode {
    YamlSource at();

    record Scalar(YamlSource at, String text, boolean plain) implements YamlNode {}

    record Sequence(YamlSource at, List<YamlNode> items) implements YamlNode {}

    record Mapping(YamlSource at, LinkedHashMap<String, YamlNode> entries) implements YamlNode {}

    /** Returns this as a mapping of which every key is known. */
    default Mapping mapping(String what, Set<String> keys) throws TableException {
        if (!(this instanceof Mapping mapping)) {
            throw at().problem("expected " + what + ", a mapping");
        }
        for (var entry : mapping.entries().entrySet()) {
            if (!keys.contains(entry.getKey())) {
                throw entry.getValue().at().problem("unknown key \"" + entry.getKey() + "\": expected one of " + keys);
            }
        }
        return mapping;
    }

    /** Returns this as a list of so many items. */
    default List<YamlNode> items(String what, int least, int most) throws TableException {
        if (this instanceof Sequence sequence
                && sequence.items().size() >= least
                && sequence.items().size() <= most) {
            return sequence.items();
        }
        throw at().problem("expected " + what + ", a list of " + least + " to " + most);
    }

    /** Returns this as text of so many chars. */
    default String text(String what, int most) throws TableException {
        if (this instanceof Scalar scalar
                && !scalar.text().isEmpty()
                && scalar.text().length() <= most) {
            return scalar.text();
        }
        throw at().problem("expected " + what + ", a text of 1 to " + most + " characters");
    }

    /** Returns this as a whole number within bounds. */
    default int integer(String what, int least, int most) throws TableException {
        if (this instanceof Scalar scalar && scalar.plain() && scalar.text().matches("-?\\d{1,9}")) {
            int value = Integer.parseInt(scalar.text());
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw at().problem("expected " + what + ", a whole number from " + least + " to " + most);
    }

    /** Returns this as a number within bounds. */
    default double number(String what, double least, double most) throws TableException {
        if (this instanceof Scalar scalar && scalar.plain() && scalar.text().matches("-?\\d{1,6}(\\.\\d{1,9})?")) {
            double value = Double.parseDouble(scalar.text());
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw at().problem("expected " + what + ", a number from " + least + " to " + most);
    }

    /** Returns this as true or false. */
    default boolean flag(String what) throws TableException {
        if (this instanceof Scalar scalar && scalar.plain()) {
            if (scalar.text().equals("true") || scalar.text().equals("false")) {
                return scalar.text().equals("true");
            }
        }
        throw at().problem("expected " + what + ", true or false");
    }
}
