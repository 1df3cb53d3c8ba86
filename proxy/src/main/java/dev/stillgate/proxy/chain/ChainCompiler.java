package dev.stillgate.proxy.chain;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.LoneFleet;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.spi.orders.Orders;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the policy's list of filter entries into a {@link CompiledChain}. Fails as a whole if any entry is invalid.
 */
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
    private final FilterReports reports = new FilterReports();
    private final Function<String, Orders> orders;

    /** Creates a compiler whose filters have no state directory, no fleet, a random secret, and orders in memory. */
    public ChainCompiler(
            FilterCatalog catalog,
            StateRegistry states,
            ChainMeters decisions,
            MeterSource meters,
            Ticker ticker,
            Timer timer) {
        this(
                catalog,
                states,
                decisions,
                meters,
                ticker,
                timer,
                null,
                new LoneFleet(),
                Secrets.random(),
                inMemory(ticker));
    }

    /**
     * Creates the compiler of a process.
     *
     * @param directory the parent of the filters' state directories; null if filters persist nothing
     * @param fleet the state shared with other gateways
     * @param secrets the source of the filters' derived keys
     * @param orders the orders of a filter by its name
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
            Secrets secrets,
            Function<String, Orders> orders) {
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
        this.orders = orders;
    }

    /** Returns orders of filters that no journal keeps, for validation and backtests. */
    public static Function<String, Orders> inMemory(Ticker ticker) {
        OrderBook book = new OrderBook(account -> account);
        return filter -> new MemoryOrders(book, filter, ticker::millis);
    }

    /** Returns the account standings, shared by all policies of this compiler. */
    public StandingsBoard standings() {
        return standings;
    }

    /** Returns the reports of all filters. */
    public FilterReports reports() {
        return reports;
    }

    /**
     * Compiles a chain that is not active yet. The chain must either be activated by {@link ActivePolicy} or closed.
     *
     * @throws PolicyException if an entry is invalid, with the path from the root of the policy file. All objects
     *     created so far are closed, and the current policy is unaffected.
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
                    secrets,
                    reports,
                    orders);
            try {
                links.add(link(i, spec, factory(i, spec), context, links.size()));
            } catch (PolicyException e) {
                failures.add(e); // continue, to report the errors of all filters at once
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
                throw new PolicyException(at(i, "name"), "duplicate filter name " + spec.name());
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
                    "unknown filter type " + spec.type() + ": expected one of " + String.join(", ", catalog.types()));
        }
        return factory;
    }

    private <P extends Record> ChainLink link(
            int index, FilterSpec spec, FilterFactory<P> factory, FilterContext context, int linkIndex) {
        if (!factory.policyType().isInstance(spec.policy())) {
            throw new PolicyException(
                    at(index, "config"),
                    "filter " + spec.name() + ": expected a policy of type "
                            + factory.policyType().getName() + ", got "
                            + spec.policy().getClass().getName());
        }
        try {
            Filter filter = factory.create(factory.policyType().cast(spec.policy()), context);
            return new ChainLink(spec, required(filter), linkIndex, decisions, standings, ticker);
        } catch (PolicyException refused) {
            List<PolicyException> placed = refused.all().stream()
                    .map(failure -> placed(index, spec, failure))
                    .toList();
            PolicyException.throwIfAny(placed);
            throw refused;
        } catch (RuntimeException | LinkageError | StackOverflowError failure) {
            throw because(failure, at(index, "config"), "filter " + spec.name() + " cannot be created: " + failure);
        }
    }

    private static Filter required(@Nullable Filter filter) {
        if (filter == null) {
            throw new IllegalStateException("its factory returned null");
        }
        return filter;
    }

    /** Prefixes the path of a factory's failure with the path of the filter's entry in the policy file. */
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

    /**
     * Source of the decision counters and phase timers of a chain. Called while a chain is compiled, never for a
     * request.
     */
    @FunctionalInterface
    public interface ChainMeters {
        /** Returns the counter of a decision. Equal arguments give the same counter, so counts survive policy swaps. */
        LongAdder decisions(String filter, Decision verdict, FilterMode mode);

        /**
         * Returns the recorder of the nanoseconds that a filter spends in a phase, called for timed exchanges only.
         * Equal arguments give the same recorder. The default discards the times.
         */
        default LongConsumer times(String filter, FilterPhase phase) {
            return nanos -> {};
        }
    }
}
