package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.admin.Operations;
import dev.stillgate.proxy.admin.OrderPages;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.EffectiveConfig;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.observe.TrafficHistory;
import dev.stillgate.proxy.policy.PolicyArchive;
import dev.stillgate.proxy.policy.PolicyBuilder;
import dev.stillgate.proxy.policy.PolicyGeneration;
import dev.stillgate.proxy.policy.PolicyGeneration.PolicyChange;
import dev.stillgate.proxy.policy.PolicyReloader;
import dev.stillgate.proxy.relay.Upstreams;
import dev.stillgate.proxy.whatif.BacktestJobs;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Admin operations on the gateway as a whole: show configuration, top accounts and upstreams; reload, roll back, drain.
 */
final class GatewayOperations implements Operations {
    private final PolicyReloader reloader;
    private final FilterCatalog catalog;
    private final StillgateConfig config;
    private final TrafficHistory traffic;
    private final StandingsBoard standings;
    private final TopAccounts top;
    private final Upstreams upstreams;
    private final BacktestJobs backtests;
    private final OrderPages orders;
    private final Runnable drain;

    GatewayOperations(
            PolicyReloader reloader,
            FilterCatalog catalog,
            StillgateConfig config,
            TrafficHistory traffic,
            StandingsBoard standings,
            TopAccounts top,
            Upstreams upstreams,
            BacktestJobs backtests,
            OrderPages orders,
            Runnable drain) {
        this.reloader = reloader;
        this.catalog = catalog;
        this.config = config;
        this.traffic = traffic;
        this.standings = standings;
        this.top = top;
        this.upstreams = upstreams;
        this.backtests = backtests;
        this.orders = orders;
        this.drain = drain;
    }

    @Override
    public Object config() {
        PolicyGeneration now = reloader.current();
        Map<String, @Nullable Object> page = new LinkedHashMap<>(line(now));
        page.put("synchronized", reloader.isSynchronized());
        page.put("pinned", reloader.isPinned());
        page.put("refused", reloader.refused());
        page.put("accounts", reloader.accounts());
        page.put(
                "history",
                reloader.history().all().stream().map(GatewayOperations::line).toList());
        page.put("policy", policy(now));
        page.put("stillgate", EffectiveConfig.of(config));
        return page;
    }

    private Map<String, Object> policy(PolicyGeneration now) {
        try {
            return PolicyBuilder.effective(now.loaded(), catalog);
        } catch (ConfigException e) {
            throw new IllegalStateException("the policy in force cannot be shown", e);
        }
    }

    private static Map<String, @Nullable Object> line(PolicyGeneration generation) {
        Map<String, @Nullable Object> line = new LinkedHashMap<>();
        line.put("generation", generation.number());
        line.put("since", Instant.ofEpochMilli(generation.since()));
        line.put("cause", generation.change().cause());
        line.put("by", generation.change().by());
        line.put("why", generation.change().why());
        line.put("sha256", generation.sha256());
        line.put("changes", generation.changes());
        return line;
    }

    @Override
    public Object now() {
        Map<String, Object> page = new LinkedHashMap<>(traffic.page());
        Map<Standing, Integer> counts = new EnumMap<>(Standing.class);
        standings.published().values().forEach(standing -> counts.merge(standing, 1, Integer::sum));
        page.put("standings", counts);
        return page;
    }

    @Override
    public Object policies() throws IOException {
        List<Map<String, @Nullable Object>> lines = new ArrayList<>();
        for (PolicyArchive.Entry entry : reloader.history().entries()) {
            Map<String, @Nullable Object> line = new LinkedHashMap<>();
            line.put("generation", entry.generation());
            line.put("since", entry.since());
            line.put("cause", entry.cause());
            line.put("by", entry.by());
            line.put("why", entry.why());
            line.put("sha256", entry.sha256());
            line.put("changes", entry.changes());
            line.put("text", true);
            lines.add(line);
        }
        return lines;
    }

    @Override
    public @Nullable Object policy(long generation) throws IOException {
        String text = reloader.history().text(generation);
        if (text == null) {
            return null;
        }
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("generation", generation);
        page.put("yaml", text);
        return page;
    }

    @Override
    public Object top() {
        return top.page();
    }

    @Override
    public Object upstreams() {
        return upstreams.page();
    }

    @Override
    public Done reload(boolean force, @Nullable String by, @Nullable String why) {
        try {
            return done(reloader.reload(new PolicyChange(force ? "admin, forced" : "admin", by, why), force));
        } catch (ConfigException e) {
            return new Done(Result.REFUSED, String.valueOf(e.getMessage()));
        } catch (PolicyReloader.NothingToDo e) {
            return new Done(Result.CONFLICT, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Done rollback(@Nullable Long to, @Nullable String by, @Nullable String why) {
        try {
            return done(reloader.rollback(to, by, why));
        } catch (ConfigException e) {
            return new Done(Result.REFUSED, String.valueOf(e.getMessage()));
        } catch (PolicyReloader.NothingToDo e) {
            return new Done(Result.CONFLICT, String.valueOf(e.getMessage()));
        }
    }

    private Done done(PolicyGeneration now) {
        String changes = now.changes().isEmpty() ? "nothing" : String.join(", ", now.changes());
        return new Done(
                Result.DONE,
                "generation " + now.number() + " is in force, sha256 " + now.sha256() + ", changed: " + changes
                        + (reloader.isPinned() ? "; pinned until the policy file changes" : ""));
    }

    @Override
    public Object backtests() {
        return backtests.page();
    }

    @Override
    public @Nullable Object backtest(long id) {
        return backtests.page(id);
    }

    @Override
    public Object startBacktest(String policy) {
        try {
            reloader.check(policy);
            return backtests.start(policy);
        } catch (ConfigException e) {
            throw new PolicyException("policy", String.valueOf(e.getMessage()));
        } catch (BacktestJobs.Refused e) {
            throw new ConflictException(String.valueOf(e.getMessage()), Map.of());
        }
    }

    @Override
    public @Nullable Object cancelBacktest(long id) {
        return backtests.cancel(id);
    }

    @Override
    public OrderPages orders() {
        return orders;
    }

    @Override
    public Done drain() {
        drain.run();
        return new Done(Result.BEGUN, "draining: no new connections; exchanges in progress complete");
    }
}
