package dev.stillgate.proxy.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resolves the references in the text of a {@link Secret}. The values of variables are not interpreted again, and no
 * error message contains a value.
 */
final class SecretText {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)}?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final String FILE = "file:";
    private static final int MOST_BYTES = 64 << 10;

    private SecretText() {}

    static String resolve(ConfigNode.Scalar node, Environment environment) throws ConfigException {
        String value = expand(node, environment);
        return node.text().startsWith(FILE) ? content(node, value.substring(FILE.length())) : value;
    }

    private static String expand(ConfigNode.Scalar node, Environment environment) throws ConfigException {
        Matcher reference = REFERENCE.matcher(node.text());
        StringBuilder value = new StringBuilder();
        int end = 0;
        while (reference.find()) {
            value.append(node.text(), end, reference.start());
            end = reference.end();
            String name = reference.group(1);
            value.append(name == null ? "${" : variable(node, reference.group(), name, environment));
        }
        return value.append(node.text(), end, node.text().length()).toString();
    }

    private static String variable(ConfigNode node, String reference, String name, Environment environment)
            throws ConfigException {
        if (!reference.endsWith("}") || !NAME.matcher(name).matches()) {
            throw new ConfigException(node.at(), "expected ${NAME} with the name of an environment variable, or $${");
        }
        String value = environment.get(name);
        if (value == null || value.isEmpty()) {
            throw new ConfigException(node.at(), "the environment variable " + name + " is not set");
        }
        return value;
    }

    private static String content(ConfigNode.Scalar node, String name) throws ConfigException {
        try {
            Path file = node.at().file().resolveSibling(Path.of(name));
            String text = TextFile.text(file, TextFile.bytes(file, MOST_BYTES)).stripTrailing();
            if (text.isEmpty()) {
                throw new ConfigException(node.at(), "\"" + node.text() + "\" is empty: expected a secret");
            }
            return text;
        } catch (ConfigException e) {
            Problem problem = e.problems().get(0);
            throw problem.at().equals(node.at())
                    ? e
                    : new ConfigException(node.at(), "\"" + node.text() + "\" " + problem.message());
        } catch (InvalidPathException e) {
            throw new ConfigException(node.at(), "expected the name of a file after file:");
        }
    }
}
