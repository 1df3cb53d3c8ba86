package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.AccountRegistry;
import dev.stillgate.loadtests.campaign.traffic.LoggedTraffic;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.traffic.Tactics;
import dev.stillgate.loadtests.campaign.traffic.Traffic;
import dev.stillgate.loadtests.campaign.traffic.World;
import dev.stillgate.loadtests.labels.LabelTables;
import dev.stillgate.loadtests.labels.Labels;
import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.backtest.BacktestFindings;
import dev.stillgate.proxy.backtest.SummaryTable;
import dev.stillgate.proxy.backtest.VirtualGateway;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.spi.Standing;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Plays generated or logged traffic against a policy in virtual time. The same options give the same report. */
public final class Play {
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private final PlayOptions options;

    public Play(PlayOptions options) {
        this.options = options;
    }

    /** Plays the whole run, writes the report and prints the tables. */
    public void run(PrintStream out) throws IOException {
        try {
            Path log = options.log();
            if (log == null) {
                Simulation simulation = options.simulation();
                play(simulation.world(), loop -> new Cast(simulation.registry(), simulation.sources()), out);
            } else {
                play(LoggedTraffic.world(log, options.dice()), loop -> logged(log, loop), out);
            }
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private Cast logged(Path log, ClosedLoop loop) throws IOException, ConfigException {
        Path accounts = options.accounts();
        LoggedTraffic traffic = new LoggedTraffic(
                log, accounts == null ? Map.of() : AccountsFile.byId(accounts), Tactics.STUBBORN, options.dice(), loop);
        return new Cast(traffic.accounts(), List.of(traffic));
    }

    /** Traffic with its accounts. */
    private record Cast(AccountRegistry accounts, List<Source> sources) {}

    /** Creates the traffic of a loop. */
    private interface Casting {
        Cast of(ClosedLoop loop) throws IOException, ConfigException;
    }

    private void play(World world, Casting casting, PrintStream out) throws IOException, ConfigException {
        long began = CPU.getCurrentThreadCpuTime();
        try (VirtualGateway gateway = VirtualGateway.open(
                Environment.system(), new VirtualGateway.Options(options.policy(), null, world.start(), false))) {
            AdminReviewDesk desk = new AdminReviewDesk(gateway);
            QueueWatch queue =
                    new QueueWatch(desk, account -> gateway.standing(account).reaches(Standing.POOLED), world);
            Labels labels = new Labels(true);
            ClosedLoop loop = new ClosedLoop(gateway, labels);
            Cast cast = casting.of(loop);
            Listing listing = new Listing(gateway, cast.accounts, world);
            Farms farms = new Farms(cast.accounts::payment, listing::isListed);
            loop.watch(queue::note);
            loop.watch(farms::request);
            SimulatedOperator operator =
                    new SimulatedOperator(desk, cast.accounts::harvests, options.operator(), world);
            List<Source> sources = new ArrayList<>(List.of(listing, queue, operator));
            sources.addAll(cast.sources);
            new Traffic(sources).run(world.end(), loop);
            gateway.advance(world.end());
            loop.finish();
            loop.groups()
                    .values()
                    .forEach(group -> group.accounts().forEach(use -> settle(use, gateway, desk, operator)));
            out.printf("Closed loop: %d days, %,d accounts at the end%n%n", world.days(), listing.listed());
            report(
                    labels,
                    gateway.findings(),
                    PlayFigures.of(
                            loop,
                            operator,
                            queue,
                            farms.figures(account -> gateway.account(account).reachedAt(Standing.POOLED)),
                            desk.poolBudget()),
                    out);
            double seconds = (CPU.getCurrentThreadCpuTime() - began) / 1e9;
            out.printf(
                    "%,d requests, %,d refused; %.1f s of CPU time, %,.0f requests a second%n",
                    loop.requests(), loop.refusals(), seconds, loop.requests() / seconds);
        }
    }

    private static void settle(
            AccountUse use, VirtualGateway gateway, AdminReviewDesk desk, SimulatedOperator operator) {
        use.markedAt = gateway.account(use.id).reachedAt(Standing.MARKED);
        use.pooledAt = gateway.account(use.id).reachedAt(Standing.POOLED);
        String group = use.markedAt < 0 ? null : desk.joined(use.id);
        if (group != null) {
            use.join = operator.mistook(group) ? AccountUse.Join.WRONG : AccountUse.Join.RIGHT;
        }
    }

    private void report(Labels labels, BacktestFindings findings, PlayFigures figures, PrintStream out)
            throws IOException {
        Path file = options.out();
        if (file != null) {
            labels.write(findings, Map.of("play", figures), file);
        }
        out.print(LabelTables.of(labels, findings.tally().runs("canary")));
        out.print(SummaryTable.of(findings));
        out.println();
        out.print(PlayTable.of(figures));
    }
}
