package dev.stillgate.proxy.validate;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.chain.ChainCompiler;
import dev.stillgate.proxy.chain.DaemonTimer;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterCatalog.PluginException;
import dev.stillgate.proxy.chain.Secrets;
import dev.stillgate.proxy.chain.StateDirectory;
import dev.stillgate.proxy.chain.StateRegistry;
import dev.stillgate.proxy.config.Binder;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.ConfigNode;
import dev.stillgate.proxy.config.ConfigReader;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.config.Suggestion;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.proxy.gateway.Preflight;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.policy.PolicyArchive;
import dev.stillgate.proxy.policy.RenamedFilters;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.LoneFleet;
import dev.stillgate.spi.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Validation of all files that a start would read. All problems are collected; an invalid file does not stop the check
 * of the others. No host name is resolved, no listener opened and no file written.
 */
public final class Validation {
    private final Environment environment;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final List<Path> files = new ArrayList<>();
    private @Nullable Path accountsFile;
    private @Nullable Path unchecked;

    private Validation(Environment environment) {
        this.environment = environment;
    }

    /**
     * The problems found, in the order of the files.
     *
     * @param errors problems that prevent a start or a reload
     * @param warnings problems that do not, and settings without effect
     * @param unchecked the accounts file, which a reload of a running gateway also compares with that in force; null
     *     without one, or if no gateway has used the state directory
     */
    public record Result(
            List<Problem> errors,
            List<Problem> warnings,
            @Nullable Path unchecked) {
        public Result {
            errors = List.copyOf(errors);
            warnings = List.copyOf(warnings);
        }
    }

    /** Validates a {@code stillgate.yaml} and all files that it names. */
    public static Result of(Path file, Environment environment) {
        Validation validation = new Validation(environment);
        validation.check(file);
        return new Result(
                validation.inOrder(validation.errors), validation.inOrder(validation.warnings), validation.unchecked);
    }

    private void check(Path file) {
        files.add(file);
        ConfigNode root = null;
        StillgateConfig config = null;
        try {
            root = ConfigReader.read(file);
            config = Binder.bind(root, StillgateConfig.class, environment);
        } catch (ConfigException e) {
            errors.addAll(e.problems());
        }
        if (root == null && errors.getFirst().at().line() == 0) {
            return; // the file cannot be read, so the policy file is unknown
        }
        if (root != null && config != null) {
            Preflight check = Preflight.of(
                    config, root, Instant.ofEpochMilli(Ticker.system().millis()));
            errors.addAll(check.errors());
            warnings.addAll(check.warnings());
        }
        Path policy = config != null ? config.policy() : named(file, root, "policy", "policy.yaml");
        Path plugins = config != null ? config.plugins() : named(file, root, "plugins", null);
        files.add(policy);
        try (FilterCatalog catalog = catalog(root, file, plugins)) {
            check(root, policy, catalog, config, secretNames(config, root));
        }
    }

    /** Returns the file that a key names, from the nodes of an invalid configuration. */
    private static @Nullable Path named(Path file, @Nullable ConfigNode root, String key, @Nullable String otherwise) {
        ConfigNode node = root == null ? null : root.find(key);
        String name = node instanceof ConfigNode.Scalar scalar && !scalar.text().isEmpty() ? scalar.text() : otherwise;
        return name == null || name.indexOf('\0') >= 0 ? null : file.resolveSibling(name);
    }

    private static List<String> secretNames(@Nullable StillgateConfig config, @Nullable ConfigNode root) {
        if (config != null) {
            return new Accounts(config.hashing(), Ticker.system()).secretNames();
        }
        return root != null && root.find("hashing") instanceof ConfigNode.Mapping hashing
                ? hashing.entries().stream().map(entry -> entry.key().text()).toList()
                : List.of("h1");
    }

    private FilterCatalog catalog(@Nullable ConfigNode root, Path file, @Nullable Path plugins) {
        try {
            return FilterCatalog.load(Validation.class.getClassLoader(), plugins);
        } catch (PluginException e) {
            ConfigNode at = root == null ? null : root.find("plugins");
            errors.add(new Problem(at == null ? Position.of(file) : at.at(), String.valueOf(e.getMessage())));
            return FilterCatalog.load(Validation.class.getClassLoader(), null);
        }
    }

    private void check(
            @Nullable ConfigNode settings,
            @Nullable Path policy,
            FilterCatalog catalog,
            @Nullable StillgateConfig config,
            List<String> secretNames) {
        if (policy == null) {
            return;
        }
        PolicyLoader.Loaded loaded = null;
        ConfigNode root = null;
        try {
            root = ConfigReader.read(policy);
            loaded = new PolicyLoader(environment).policy(policy);
        } catch (ConfigException e) {
            errors.addAll(e.namedBy(settings, "policy").problems());
        }
        if (root == null) {
            return;
        }
        Path state = config == null ? null : config.state().directory();
        if (loaded != null && state != null) {
            PolicyArchive archive = new PolicyArchive(StateDirectory.policies(state));
            warnings.addAll(RenamedFilters.since(archive, new PolicyLoader(environment), loaded));
        }
        AccountTable table = accounts(policy, loaded, root, secretNames);
        unchecked = state != null && StateDirectory.isUsed(state) ? accountsFile : null;
        Fleet fleet = config == null ? new LoneFleet() : Gateway.unjoinedFleet(config);
        try (DaemonTimer timer = new DaemonTimer()) {
            PolicyReviewer reviewer = new PolicyReviewer(catalog, () -> compiler(catalog, timer, fleet, config));
            reviewer.check(root, loaded, table);
            errors.addAll(reviewer.errors());
            warnings.addAll(reviewer.warnings());
            warnOfTiers(table, reviewer.tiers());
        } finally {
            close(fleet);
        }
    }

    /**
     * Warns of each tier in the accounts file that no filter names.
     *
     * @param named the tiers that filters name; null if no filter treats tiers differently
     */
    private void warnOfTiers(@Nullable AccountTable table, @Nullable Set<String> named) {
        Path listed = accountsFile;
        if (listed == null || table == null || named == null) {
            return;
        }
        String known = named.isEmpty() ? "" : " (known: " + String.join(", ", named) + ")";
        Set<String> unknown = new TreeSet<>(table.tiers());
        unknown.removeAll(named);
        try {
            AccountsFile.tiers(listed, unknown)
                    .forEach((tier, place) -> warnings.add(new Problem(
                            place,
                            "no limit has a factor for the tier \"" + tier + "\"" + Suggestion.phrase(tier, named)
                                    + known)));
        } catch (ConfigException e) {
            errors.addAll(e.problems());
        }
    }

    private static void close(Fleet fleet) {
        if (fleet instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot close an unjoined fleet", e);
            }
        }
    }

    private static ChainCompiler compiler(
            FilterCatalog catalog, DaemonTimer timer, Fleet fleet, @Nullable StillgateConfig config) {
        Accounts accounts = new Accounts(config == null ? Map.of() : config.hashing(), Ticker.system());
        FilterMeters meters = new FilterMeters(new SimpleMeterRegistry());
        KeyedHashes hashes = new KeyedHashes(Secrets.derive(accounts.secret(), "gateway", "context marks"));
        return new ChainCompiler(
                catalog,
                new StateRegistry(),
                meters,
                meters,
                Ticker.system(),
                timer,
                null,
                fleet,
                new Secrets(accounts.secret(), hashes),
                ChainCompiler.inMemory(Ticker.system()));
    }

    private @Nullable AccountTable accounts(
            Path policy, PolicyLoader.@Nullable Loaded loaded, ConfigNode root, List<String> secretNames) {
        Path listed = loaded != null ? loaded.policy().accounts().file() : named(policy, root, "accounts.file", null);
        if (listed == null) {
            return null;
        }
        files.add(listed);
        accountsFile = listed;
        try {
            AccountsFile.Loaded accounts = AccountsFile.load(listed, secretNames);
            warnings.addAll(accounts.warnings());
            return accounts.table();
        } catch (ConfigException e) {
            errors.addAll(e.namedBy(root, "accounts.file").problems());
            return null;
        }
    }

    /** Returns problems sorted by file and position, without duplicates. */
    private List<Problem> inOrder(List<Problem> problems) {
        Comparator<Problem> order = Comparator.comparingInt(
                        (Problem problem) -> order(problem.at().file()))
                .thenComparingInt(problem -> problem.at().line())
                .thenComparingInt(problem -> problem.at().column())
                .thenComparing(Problem::message);
        TreeSet<Problem> sorted = new TreeSet<>(order);
        sorted.addAll(problems);
        return List.copyOf(sorted);
    }

    private int order(Path file) {
        int place = files.indexOf(file);
        return place < 0 ? files.size() : place;
    }
}
