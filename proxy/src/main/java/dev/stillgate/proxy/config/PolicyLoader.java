package dev.stillgate.proxy.config;

import dev.stillgate.proxy.config.Policy.FilterEntry;
import dev.stillgate.proxy.config.Policy.Route;
import dev.stillgate.proxy.config.Policy.Upstream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads {@code stillgate.yaml} and {@code policy.yaml}, and checks what only the whole file can tell: that names are
 * used once, and that what is named exists.
 */
public final class PolicyLoader {
    private final Environment environment;

    public PolicyLoader(Environment environment) {
        this.environment = environment;
    }

    /**
     * Reads {@code stillgate.yaml}.
     *
     * @throws ConfigException with everything that is wrong in it
     */
    public StillgateConfig config(Path file) throws ConfigException {
        return located(file).config();
    }

    /**
     * Reads {@code stillgate.yaml} for someone who carries it out.
     *
     * @throws ConfigException as {@link #config}
     */
    public LocatedConfig located(Path file) throws ConfigException {
        ConfigNode root = ConfigReader.read(file);
        return new LocatedConfig(Binder.bind(root, StillgateConfig.class, environment), root);
    }

    /**
     * A configuration with the nodes it was read from, so that whoever carries it out can say where it fails.
     *
     * @param config what it says
     * @param root the file's nodes
     */
    public record LocatedConfig(StillgateConfig config, ConfigNode root) {}

    /**
     * Reads {@code policy.yaml}. Whether a filter's type exists and takes its {@code config:} is the chain's to say.
     *
     * @throws ConfigException with everything that is wrong in it
     */
    public Loaded policy(Path file) throws ConfigException {
        byte[] bytes = TextFile.bytes(file, ConfigReader.MOST_BYTES);
        ConfigNode root = ConfigReader.parse(file, bytes);
        Policy policy = Binder.bind(root, Policy.class, environment);
        List<Problem> problems = check(policy, root);
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return new Loaded(policy, file, sha256(bytes), root);
    }

    /**
     * A policy with where it came from.
     *
     * @param policy what it says
     * @param file where it stood
     * @param sha256 the hash of the file's bytes, 64 hex digits
     * @param root the file's nodes, so that whoever builds from the policy can say where it fails
     */
    public record Loaded(Policy policy, Path file, String sha256, ConfigNode root) {}

    private static List<Problem> check(Policy policy, ConfigNode root) {
        List<Problem> problems = new ArrayList<>();
        if (policy.upstreams().isEmpty()) {
            problems.add(new Problem(root.below("upstreams").at(), "expected at least one upstream"));
        }
        if (policy.routes().isEmpty()) {
            problems.add(new Problem(root.below("routes").at(), "expected at least one route"));
        }
        unique("upstreams", "name", policy.upstreams(), Upstream::name, root, problems);
        unique("routes", "path", policy.routes(), Route::path, root, problems);
        unique("filters", "name", policy.filters(), FilterEntry::name, root, problems);
        Set<String> known = new LinkedHashSet<>();
        policy.upstreams().forEach(upstream -> known.add(upstream.name()));
        for (int i = 0; i < policy.routes().size(); i++) {
            String upstream = policy.routes().get(i).upstream();
            if (!known.contains(upstream)) {
                problems.add(new Problem(
                        root.below("routes[" + i + "].upstream").at(),
                        "there is no upstream \"" + upstream + "\"" + Suggestion.phrase(upstream, known) + " (known: "
                                + String.join(", ", known) + ")"));
            }
        }
        return problems;
    }

    private static <T> void unique(
            String list, String key, List<T> items, Function<T, String> name, ConfigNode root, List<Problem> problems) {
        Map<String, Integer> first = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            Integer before = first.putIfAbsent(name.apply(items.get(i)), i);
            if (before != null) {
                int line = root.below(list + "[" + before + "]." + key).at().line();
                problems.add(new Problem(
                        root.below(list + "[" + i + "]." + key).at(),
                        "the " + key + " \"" + name.apply(items.get(i)) + "\" is used twice, first in line " + line));
            }
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
