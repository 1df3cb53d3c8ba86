package dev.stillgate.loadtests.campaign.play;

import dev.stillgate.loadtests.campaign.scenario.Simulation;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.traffic.World;
import dev.stillgate.proxy.backtest.Findings;
import dev.stillgate.proxy.backtest.Report;
import dev.stillgate.proxy.backtest.SummaryTable;
import dev.stillgate.proxy.backtest.VirtualGateway;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.spi.Standing;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Plays a simulation against a policy in virtual time. The same options give the same report. */
public final class Play {
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private final PlayOptions options;

    public Play(PlayOptions options) {
        this.options = options;
    }

    /** Plays the whole run, writes the report and prints the tables. */
    public void run(PrintStream out) throws IOException {
        long began = CPU.getCurrentThreadCpuTime();
        Simulation simulation = options.simulation();
        World world = simulation.world();
        try (VirtualGateway gateway = VirtualGateway.open(
                Environment.system(), new VirtualGateway.Options(options.policy(), null, world.start(), false))) {
            ReviewDesk desk = new AdminReviewDesk(gateway);
            QueueWatch queue =
                    new QueueWatch(desk, account -> gateway.standing(account).reaches(Standing.TIGHTENED), world);
            ClosedLoop loop = new ClosedLoop(gateway, queue);
            Listing listing = new Listing(gateway, simulation.registry(), world);
            Operator operator = new Operator(desk, listing::harvests, options.operator(), world);
            List<Source> sources = new ArrayList<>(List.of(listing, queue, operator));
            sources.addAll(simulation.sources());
            new Simulation(world, sources, simulation.registry()).run(world.end(), loop);
            gateway.advance(world.end());
            loop.finish();
            Findings findings = gateway.findings();
            PlayFigures figures = PlayFigures.of(loop, operator, options.prices(), queue);
            if (options.out() != null) {
                Report.write(findings, Map.of("play", figures), options.out());
            }
            out.printf(
                    "Closed loop: %d days, %,d accounts at the end%n%n",
                    world.days(), simulation.registry().accounts().size());
            out.print(SummaryTable.of(findings));
            out.println();
            out.print(PlayTable.of(figures));
            double seconds = (CPU.getCurrentThreadCpuTime() - began) / 1e9;
            out.printf(
                    "%,d requests, %,d refused; %.1f s of CPU time, %,.0f requests a second%n",
                    loop.requests(), loop.refusals(), seconds, loop.requests() / seconds);
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }
}
