package dev.stillgate.proxy.config;

import dev.stillgate.spi.files.Digests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code stillgate.yaml} and {@code policy.yaml}, and checks the constraints that span a whole file: names are
 * unique and references point to existing names.
 */
public final class PolicyLoader {
    private final Environment environment;

    public PolicyLoader(Environment environment) {
        this.environment = environment;
    }

    /**
     * Reads {@code stillgate.yaml}.
     *
     * @throws ConfigException with all problems
     */
    public StillgateConfig config(Path file) throws ConfigException {
        return located(file).config();
    }

    /**
     * Reads {@code stillgate.yaml} and keeps its nodes, so that later errors can be reported with positions.
     *
     * @throws ConfigException with all problems
     */
    public LocatedConfig located(Path file) throws ConfigException {
        ConfigNode root = ConfigReader.read(file);
        return new LocatedConfig(Binder.bind(root, StillgateConfig.class, environment), root);
    }

    /**
     * Reads only the section {@code admin} of {@code stillgate.yaml}: the secrets of the others may be unset.
     *
     * @throws ConfigException with all problems of the section
     */
    public StillgateConfig.Admin admin(Path file) throws ConfigException {
        ConfigNode admin = ConfigReader.read(file).find("admin");
        return admin == null || (admin instanceof ConfigNode.Scalar scalar && ScalarValue.isNull(scalar))
                ? Binder.defaults(StillgateConfig.Admin.class)
                : Binder.bind(admin, StillgateConfig.Admin.class, environment);
    }

    /**
     * A configuration with the nodes that it was read from, for the positions of later errors.
     *
     * @param config the bound configuration
     * @param root the root node of the file
     */
    public record LocatedConfig(StillgateConfig config, ConfigNode root) {}

    /**
     * Reads {@code policy.yaml}. Filter types and their {@code config:} are not checked here but by the chain compiler.
     *
     * @throws ConfigException with all problems
     */
    public Loaded policy(Path file) throws ConfigException {
        return policy(file, file);
    }

    /**
     * Reads a candidate for {@code policy.yaml} from another file. Relative paths in it are relative to the first.
     *
     * @throws ConfigException with all problems
     */
    public Loaded policy(Path file, Path text) throws ConfigException {
        return policy(file, TextFile.bytes(text, ConfigReader.MOST_BYTES));
    }

    /**
     * Reads a candidate for {@code policy.yaml} from its text. Relative paths in it are relative to the file.
     *
     * @param file the path in messages, which need not exist
     * @throws ConfigException with all problems
     */
    public Loaded policy(Path file, String text) throws ConfigException {
        return policy(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private Loaded policy(Path file, byte[] bytes) throws ConfigException {
        ConfigNode root = ConfigReader.parse(file, bytes);
        List<Problem> problems = new ArrayList<>();
        Policy policy = null;
        try {
            policy = Binder.bind(root, Policy.class, environment);
        } catch (ConfigException e) {
            problems.addAll(e.problems());
        }
        problems.addAll(check(root));
        if (policy == null || !problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new Loaded(policy, file, Digests.sha256Hex(bytes), new String(bytes, StandardCharsets.UTF_8), root);
    }

    /**
     * A policy with its origin.
     *
     * @param policy the bound policy
     * @param file the policy file
     * @param sha256 the SHA-256 of the file's bytes, as 64 hex digits
     * @param text the file's text
     * @param root the root node of the file, for the positions of later errors
     */
    public record Loaded(Policy policy, Path file, String sha256, String text, ConfigNode root) {}

    /** Returns the problems with names and references. Works on the nodes, so that it also runs if binding failed. */
    private static List<Problem> check(ConfigNode root) {
        List<Problem> problems = new ArrayList<>();
        for (String list : List.of("upstreams", "routes")) {
            if (root.find(list) instanceof ConfigNode.Sequence(Position at, List<ConfigNode> items)
                    && items.isEmpty()) {
                problems.add(new Problem(at, "expected at least one " + list.substring(0, list.length() - 1)));
            }
        }
        unique("upstreams", "name", root, problems);
        unique("routes", "path", root, problems);
        unique("filters", "name", root, problems);
        Set<String> known = new LinkedHashSet<>();
        names("upstreams", "name", root).forEach(name -> known.add(name.text()));
        for (ConfigNode.Scalar upstream : references(root)) {
            if (!known.isEmpty() && !known.contains(upstream.text())) {
                problems.add(new Problem(
                        upstream.at(),
                        "unknown upstream \"" + upstream.text() + "\"" + Suggestion.phrase(upstream.text(), known)
                                + " (known: " + String.join(", ", known) + ")"));
            }
        }
        return problems;
    }

    /** Returns the names by which upstreams and routes refer to upstreams. */
    private static List<ConfigNode.Scalar> references(ConfigNode root) {
        List<ConfigNode.Scalar> references = new ArrayList<>(names("upstreams", "fallback.upstream", root));
        if (root.find("routes") instanceof ConfigNode.Sequence routes) {
            for (ConfigNode route : routes.items()) {
                references.addAll(names("upstream", List.of(route)));
                if (route.find("models") instanceof ConfigNode.Sequence models) {
                    references.addAll(names("upstream", models.items()));
                    for (ConfigNode rule : models.items()) {
                        if (rule.find("split") instanceof ConfigNode.Sequence split) {
                            references.addAll(names("upstream", split.items()));
                        }
                    }
                }
            }
        }
        return references;
    }

    /** Returns the scalar values of a key in all entries of a list. */
    private static List<ConfigNode.Scalar> names(String list, String key, ConfigNode root) {
        return root.find(list) instanceof ConfigNode.Sequence entries ? names(key, entries.items()) : List.of();
    }

    private static List<ConfigNode.Scalar> names(String key, List<ConfigNode> entries) {
        List<ConfigNode.Scalar> names = new ArrayList<>();
        for (ConfigNode entry : entries) {
            if (entry.find(key) instanceof ConfigNode.Scalar name && !ScalarValue.isNull(name)) {
                names.add(name);
            }
        }
        return names;
    }

    private static void unique(String list, String key, ConfigNode root, List<Problem> problems) {
        Map<String, Integer> first = new HashMap<>();
        for (ConfigNode.Scalar name : names(list, key, root)) {
            Integer before = first.putIfAbsent(name.text(), name.at().line());
            if (before != null) {
                problems.add(new Problem(
                        name.at(), "the " + key + " \"" + name.text() + "\" is used twice, first in line " + before));
            }
        }
    }
}
