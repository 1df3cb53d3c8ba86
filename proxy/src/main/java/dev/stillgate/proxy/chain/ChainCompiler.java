package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.LoneFleet;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Ticker;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a chain of a list of filter entries, whole or not at all. */
public final class ChainCompiler {
    private final FilterCatalog catalog;
    private final StateRegistry states;
    private final Slot<GeoRefusal> geoRefusal;
    private final ChainMeters decisions;
    private final MeterSource meters;
    private final GaugeBoard gauges;
    private final StandingsBoard standings = new StandingsBoard();
    private final Ticker ticker;
    private final Timer timer;
    private final @Nullable StateDirectory directory;
    private final Fleet fleet;
    private final Secrets secrets;

    /** A compiler whose filters keep nothing across a restart. */
    public ChainCompiler(
            FilterCatalog catalog,
            StateRegistry states,
            ChainMeters decisions,
            MeterSource meters,
            Ticker ticker,
            Timer timer) {
        this(catalog, states, decisions, meters, ticker, timer, null, new LoneFleet(), Secrets.random());
    }

    /**
     * A compiler for the whole life of a process.
     *
     * @param directory where filters keep what survives a restart, null for nowhere
     * @param fleet what this gateway shares with others
     * @param secrets what filters draw their keys from
     */
    public ChainCompiler(
            FilterCatalog catalog,
            StateRegistry states,
            ChainMeters decisions,
            MeterSource meters,
            Ticker ticker,
            Timer timer,
            @Nullable StateDirectory directory,
            Fleet fleet,
            Secrets secrets) {
        this.catalog = catalog;
        this.states = states;
        this.geoRefusal = states.slot(GeoRefusal.SLOT_LABEL, GeoRefusal.class);
        this.decisions = decisions;
        this.meters = meters;
        this.gauges = new GaugeBoard(meters);
        this.ticker = ticker;
        this.timer = timer;
        this.directory = directory;
        this.fleet = fleet;
        this.secrets = secrets;
    }

    /** Returns where accounts stand, under every policy that this compiler made. */
    public StandingsBoard standings() {
        return standings;
    }

    /**
     * Makes a chain that does not run yet. It is either put in force ({@link ActivePolicy}) or closed.
     *
     * @throws PolicyException at the path from the root of the policy file, when an entry cannot be carried out; then
     *     nothing is left of what was made and nothing that runs was touched
     */
    public CompiledChain compile(List<FilterSpec> specs) {
        check(specs);
        StateRegistry.Session session = states.open();
        CompiledChain compiled = null;
        try {
            compiled = compile(specs, session);
            return compiled;
        } finally {
            if (compiled == null) {
                session.close();
            }
        }
    }

    private CompiledChain compile(List<FilterSpec> specs, StateRegistry.Session session) {
        BackgroundRunner background = new BackgroundRunner(timer, meters, ticker);
        GaugeBoard.Draft draft = gauges.draft();
        AdminPages pages = new AdminPages();
        List<ChainLink> links = new ArrayList<>();
        List<PolicyException> failures = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            FilterSpec spec = specs.get(i);
            session.retain(spec.name());
            if (spec.mode() == FilterMode.OFF) {
                continue;
            }
            FilterContext context = new EngineContext(
                    spec.name(),
                    ticker,
                    states,
                    session,
                    meters,
                    draft,
                    pages,
                    background.of(spec.name()),
                    standings,
                    directory,
                    fleet,
                    secrets);
            try {
                links.add(make(i, spec, factory(i, spec), context, links.size()));
            } catch (PolicyException e) {
                failures.add(e); // the other filters may have something wrong too
            }
        }
        PolicyException.throwIfAny(failures);
        session.seal();
        return new CompiledChain(new FilterChain(links, pages, geoRefusal), session, background, draft, standings);
    }

    private void check(List<FilterSpec> specs) {
        Set<String> names = new HashSet<>();
        int on = 0;
        for (int i = 0; i < specs.size(); i++) {
            FilterSpec spec = specs.get(i);
            if (!names.add(spec.name())) {
                throw new PolicyException(at(i, "name"), "there are two filters of the name " + spec.name());
            }
            factory(i, spec);
            on += spec.mode() == FilterMode.OFF ? 0 : 1;
        }
        if (on > FilterChain.MAX_FILTERS) {
            throw new PolicyException("filters", on + " filters: expected at most " + FilterChain.MAX_FILTERS);
        }
    }

    private FilterFactory<?> factory(int index, FilterSpec spec) {
        FilterFactory<?> factory = catalog.find(spec.type());
        if (factory == null) {
            throw new PolicyException(
                    at(index, "type"),
                    "there is no filter of the type " + spec.type() + ": expected one of "
                            + String.join(", ", catalog.types()));
        }
        return factory;
    }

    private <P extends Record> ChainLink make(
            int index, FilterSpec spec, FilterFactory<P> factory, FilterContext context, int place) {
        if (!factory.policyType().isInstance(spec.policy())) {
            throw new PolicyException(
                    at(index, "config"),
                    "filter " + spec.name() + " takes " + factory.policyType().getName() + ", not "
                            + spec.policy().getClass().getName());
        }
        try {
            Filter filter = factory.create(factory.policyType().cast(spec.policy()), context);
            return new ChainLink(spec, required(filter), place, decisions, standings, ticker);
        } catch (PolicyException refused) {
            List<PolicyException> placed = refused.all().stream()
                    .map(failure -> placed(index, spec, failure))
                    .toList();
            PolicyException.throwIfAny(placed);
            throw refused;
        } catch (RuntimeException | LinkageError | StackOverflowError failure) {
            throw because(failure, at(index, "config"), "filter " + spec.name() + " cannot be made: " + failure);
        }
    }

    private static Filter required(@Nullable Filter filter) {
        if (filter == null) {
            throw new IllegalStateException("its factory made none");
        }
        return filter;
    }

    /** Returns a factory's failure with its place in the whole policy. */
    private static PolicyException placed(int index, FilterSpec spec, PolicyException failure) {
        String config = at(index, "config");
        String first = failure.first() == null ? null : config + "." + failure.first();
        PolicyException placed = new PolicyException(
                failure.at().isEmpty() ? config : config + "." + failure.at(),
                "filter " + spec.name() + ": " + failure.getMessage(),
                first);
        placed.initCause(failure);
        return placed;
    }

    private static PolicyException because(Throwable cause, String at, String message) {
        PolicyException refused = new PolicyException(at, message);
        refused.initCause(cause);
        return refused;
    }

    private static String at(int index, String key) {
        return "filters[" + index + "]." + key;
    }
}
