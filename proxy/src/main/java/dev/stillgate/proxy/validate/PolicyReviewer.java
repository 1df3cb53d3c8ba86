package dev.stillgate.proxy.validate;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.chain.ChainCompiler;
import dev.stillgate.proxy.chain.CompiledChain;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterSpec;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.proxy.config.Binder;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.ConfigNode;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.jwt.JwtVerifiers;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.policy.PolicyBuilder;
import dev.stillgate.proxy.policy.PolicyWarnings;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.PolicyReview;
import dev.stillgate.spi.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Review of all filters of a policy together, so that a file named by several filters is read once. */
final class PolicyReviewer {
    private static final Pattern FILTER = Pattern.compile("filters\\[([0-9]{1,9})\\]");

    private final FilterCatalog catalog;
    private final Supplier<ChainCompiler> compilers;
    private final List<Problem> errors = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final Set<String> publishers = new LinkedHashSet<>();
    private @Nullable Set<String> tiers;

    /**
     * Creates a reviewer of one policy.
     *
     * @param compilers makes a compiler for this policy alone
     */
    PolicyReviewer(FilterCatalog catalog, Supplier<ChainCompiler> compilers) {
        this.catalog = catalog;
        this.compilers = compilers;
    }

    List<Problem> errors() {
        return errors;
    }

    List<Problem> warnings() {
        return warnings;
    }

    /** Returns the tiers that filters treat differently; null if no filter would, or if the policy has errors. */
    @Nullable
    Set<String> tiers() {
        return tiers;
    }

    /** A filter with a valid policy, and its position in the list. */
    private record Read(int index, ConfigNode entry, FilterFactory<?> factory, FilterSpec spec) {}

    /**
     * Reviews a policy.
     *
     * @param root the file's nodes
     * @param loaded the policy, null if it has problems
     * @param table the listed accounts, null if none are listed or they cannot be read
     */
    void check(ConfigNode root, PolicyLoader.@Nullable Loaded loaded, @Nullable AccountTable table) {
        List<Read> filters = new ArrayList<>();
        Set<String> names = new HashSet<>();
        if (root.find("filters") instanceof ConfigNode.Sequence entries) {
            for (int i = 0; i < entries.items().size(); i++) {
                Read filter = read(i, entries.items().get(i));
                if (filter != null && names.add(filter.spec().name())) { // duplicate names are reported elsewhere
                    filters.add(filter);
                }
            }
        }
        ChainCompiler compiler = compilers.get();
        if (loaded != null) {
            JwtVerifiers verifiers =
                    new JwtVerifiers(null, new FilterMeters(new SimpleMeterRegistry()), Ticker.system());
            errors.addAll(new PolicyBuilder(catalog, compiler, verifiers).fileProblems(loaded));
        }
        CompiledChain chain = null;
        try {
            chain = compiler.compile(filters.stream().map(Read::spec).toList());
            publishers.addAll(compiler.standings().publishers());
            if (loaded != null && errors.isEmpty()) {
                warnings.addAll(PolicyWarnings.of(loaded));
                filters.forEach(filter -> review(filter, filters, loaded, table));
            }
        } catch (PolicyException e) {
            e.all().forEach(failure -> errors.add(root.problem(inFile(failure, filters))));
        } finally {
            if (chain != null) {
                chain.close();
            }
        }
    }

    /** Returns a failure with the filter's index in the file, which differs when invalid filters precede it. */
    private static PolicyException inFile(PolicyException failure, List<Read> filters) {
        Matcher place = FILTER.matcher(failure.at());
        if (!place.lookingAt()) {
            return failure;
        }
        int compiled = Integer.parseInt(place.group(1));
        String here = "filters[" + filters.get(compiled).index() + "]";
        String first = failure.first();
        return new PolicyException(
                here + failure.at().substring(place.end()),
                String.valueOf(failure.getMessage()),
                first == null ? null : here + first.substring(place.end()));
    }

    private @Nullable Read read(int index, ConfigNode entry) {
        if (!(entry.find("type") instanceof ConfigNode.Scalar type)
                || !(entry.find("name") instanceof ConfigNode.Scalar name)) {
            return null; // reported when the list is bound
        }
        FilterFactory<?> factory = catalog.find(type.text());
        if (factory == null) {
            errors.add(PolicyBuilder.unknownType(type.at(), type.text(), catalog));
            return null;
        }
        ConfigNode config = entry.find("config");
        ConfigNode own = config == null ? new ConfigNode.Mapping(entry.at(), List.of()) : config;
        try {
            Record policy = Binder.bindFilter(own, factory.policyType(), index);
            FilterMode mode = entry.find("mode") instanceof ConfigNode.Scalar value
                            && value.text().equals("off")
                    ? FilterMode.OFF
                    : FilterMode.ENFORCE;
            return new Read(
                    index, entry, factory, new FilterSpec(name.text(), type.text(), mode, OnError.OPEN, policy));
        } catch (ConfigException e) {
            errors.addAll(e.problems());
            return null;
        }
    }

    private void review(Read filter, List<Read> all, PolicyLoader.Loaded loaded, @Nullable AccountTable table) {
        if (filter.spec().mode() == FilterMode.OFF) {
            return;
        }
        Set<String> routes =
                loaded.policy().routes().stream().map(Policy.Route::path).collect(Collectors.toUnmodifiableSet());
        Set<String> tiers = table == null || table.accounts() == 0 ? null : table.tiers();
        boolean enforcesPools = all.stream().anyMatch(PolicyReviewer::enforcesPools);
        review(
                filter.factory(),
                filter.spec().policy(),
                new Review(filter, source(filter, all), enforcesPools, routes, tiers));
    }

    private static <P extends Record> void review(FilterFactory<P> factory, Record policy, PolicyReview review) {
        factory.review(factory.policyType().cast(policy), review);
    }

    private static boolean enforcesPools(Read filter) {
        boolean shadow = filter.entry().find("mode") instanceof ConfigNode.Scalar mode
                && mode.text().equals("shadow");
        return filter.spec().mode() != FilterMode.OFF
                && !shadow
                && filter.factory().enforcesPools();
    }

    private PolicyReview.StandingsSource source(Read filter, List<Read> all) {
        if (publishers.contains(filter.spec().name())) {
            return PolicyReview.StandingsSource.SELF;
        }
        PolicyReview.StandingsSource source = PolicyReview.StandingsSource.NONE;
        for (Read other : all) {
            if (other.spec().mode() != FilterMode.OFF
                    && publishers.contains(other.spec().name())) {
                source = other.index() < filter.index()
                        ? PolicyReview.StandingsSource.BEFORE
                        : source == PolicyReview.StandingsSource.BEFORE ? source : PolicyReview.StandingsSource.AFTER;
            }
        }
        return source;
    }

    /** The policy as seen by one filter's review. */
    private final class Review implements PolicyReview {
        private final Read filter;
        private final StandingsSource standings;
        private final Set<String> routes;
        private final @Nullable Set<String> tiers;
        private final boolean enforcesPools;

        private Review(
                Read filter,
                StandingsSource standings,
                boolean enforcesPools,
                Set<String> routes,
                @Nullable Set<String> tiers) {
            this.filter = filter;
            this.standings = standings;
            this.enforcesPools = enforcesPools;
            this.routes = routes;
            this.tiers = tiers;
        }

        @Override
        public Set<String> routes() {
            return routes;
        }

        @Override
        public @Nullable Set<String> tiers() {
            return tiers;
        }

        @Override
        public void namesTiers(Set<String> named) {
            Set<String> all = PolicyReviewer.this.tiers == null ? new TreeSet<>() : PolicyReviewer.this.tiers;
            all.addAll(named);
            PolicyReviewer.this.tiers = all;
        }

        @Override
        public StandingsSource standings() {
            return standings;
        }

        @Override
        public boolean enforcesPools() {
            return enforcesPools;
        }

        @Override
        public void warn(String at, String message) {
            Position place = filter.entry()
                    .below(at.isEmpty() ? "config" : "config." + at)
                    .at();
            String where = at.isEmpty() ? "" : at + ": ";
            warnings.add(new Problem(place, "filter " + filter.spec().name() + ": " + where + message));
        }
    }
}
