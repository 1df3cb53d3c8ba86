package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.backtest.Backtest;
import dev.stillgate.proxy.backtest.BacktestFindings;
import dev.stillgate.proxy.backtest.Report;
import dev.stillgate.proxy.backtest.SummaryTable;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Replay of exchange logs under a policy in virtual time, with a report of the policy's effects. */
@Command(
        name = "backtest",
        mixinStandardHelpOptions = true,
        description = {
            "Report what a policy would do to recorded traffic.",
            "Exchange logs are replayed under the policy in virtual time. Filters in shadow mode are treated as"
                    + " enforcing. A broken line ends the run, unless --lenient is given."
        })
final class BacktestCommand implements Callable<Integer> {
    private static final int MOST_COMPLAINTS = 10;

    @Option(names = "--policy", paramLabel = "FILE", required = true, description = "the policy file")
    private Path policy = Path.of("policy.yaml");

    @Option(
            names = "--text",
            paramLabel = "FILE",
            description = "a file with another text for the policy file; relative paths stay relative to that")
    private @Nullable Path text;

    @Option(
            names = "--accounts",
            paramLabel = "FILE",
            description = "the accounts file (default: the policy's accounts.file, if it exists)")
    private @Nullable Path accounts;

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "the report file, written as JSON")
    private Path out = Path.of("report.json");

    @Option(names = "--plugins", paramLabel = "DIR", description = "a directory of additional plugin jars")
    private @Nullable Path plugins;

    @Option(names = "--lenient", description = "skip broken lines and count them")
    private boolean lenient;

    @Option(names = "--brief", description = "count accounts and clusters in the report instead of listing them")
    private boolean brief;

    @Option(names = "--as-configured", description = "leave filters in shadow mode as they are")
    private boolean asConfigured;

    @Option(names = "--progress", description = "print a line of progress every second")
    private boolean everySecond;

    @Option(names = "--quiet", description = "show no progress and print no table")
    private boolean quiet;

    @Parameters(paramLabel = "LOG", arity = "1..*", description = "exchange logs in chronological order, gzip or plain")
    private List<Path> logs = List.of();

    @Override
    public Integer call() throws ConfigException, IOException {
        Report.check(out);
        ProgressBar bar = new ProgressBar(System.err, isTerminal(), everySecond, System::nanoTime);
        Backtest.Progress progress = quiet ? (exchanges, millis, part) -> {} : bar;
        BacktestFindings findings = new Backtest(Environment.system())
                .run(new Backtest.Options(
                        policy,
                        text,
                        plugins,
                        accounts,
                        logs,
                        asConfigured,
                        lenient ? new Complaints(System.err) : null,
                        Backtest.Listener.NONE,
                        progress));
        Report.write(findings, Map.of(), out, brief);
        if (!quiet) {
            bar.end(findings.tally().exchanges());
            System.out.print(SummaryTable.of(findings));
        }
        if (findings.broken() > 0) {
            System.err.println("stillgate: " + findings.broken() + " broken lines were skipped");
        }
        if (findings.endedEarly() > 0) {
            System.err.println("stillgate: " + findings.endedEarly()
                    + " responses were treated as ended early: too many were open at once");
        }
        return 0;
    }

    private static boolean isTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    }

    /** Prints the first complaints about broken lines. */
    private static final class Complaints implements Consumer<String> {
        private final PrintStream err;
        private int printed;

        private Complaints(PrintStream err) {
            this.err = err;
        }

        @Override
        public void accept(String complaint) {
            if (printed++ < MOST_COMPLAINTS) {
                err.println(complaint);
            }
        }
    }
}
