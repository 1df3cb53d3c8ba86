package dev.stillgate.proxy.backtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Base of backtest tests, from log to report, with a filter that follows instructions in the log's headers. */
@ResourceLock("the folder of plugins that these tests share")
abstract class BacktestRunRig {
    static final String SCRIPTED = "[{name: trial-1, type: trial}]";
    static final long HOUR = 3_600_000;
    static final long DAY = 24 * HOUR;

    @TempDir
    private static Path shared;

    private static Path plugins;

    @TempDir
    Path directory;

    final List<String> complaints = new ArrayList<>();
    Backtest.Listener listener = Backtest.Listener.NONE;
    boolean lenient;
    boolean asConfigured;
    Path accounts;

    @BeforeAll
    static void compile() throws IOException {
        plugins = TestPlugins.in(shared, "trial", ScriptedFilter.SOURCE);
    }

    private Path policy(String filters) throws IOException {
        return Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams: [{name: model, endpoints: ["http://model.invalid:9"]}]
                routes: [{path: /v1/, upstream: model, opaque: [/v1/evals]}]
                filters: %s
                """.formatted(filters));
    }

    Path log(Object... lines) throws IOException {
        String text = Arrays.stream(lines).map(line -> line + "\n").collect(Collectors.joining());
        return Files.writeString(directory.resolve("log.jsonl"), text);
    }

    BacktestFindings run(String filters, Path... logs) throws IOException, ConfigException {
        return new Backtest(name -> null)
                .run(new Backtest.Options(
                        policy(filters),
                        null,
                        plugins,
                        accounts,
                        List.of(logs),
                        asConfigured,
                        lenient ? complaints::add : null,
                        listener,
                        (exchanges, millis, part) -> {}));
    }

    /** Opens a gateway at the start of the test logs. */
    VirtualGateway gateway(String filters) throws IOException, ConfigException {
        return VirtualGateway.open(
                name -> null, new VirtualGateway.Options(policy(filters), plugins, Lines.START, asConfigured));
    }

    String report(BacktestFindings findings) throws IOException {
        Path out = directory.resolve("report.json");
        Report.write(findings, Map.of(), out);
        return Files.readString(out);
    }

    JsonNode report(String filters, Object... lines) throws IOException, ConfigException {
        return new ObjectMapper().readTree(report(run(filters, log(lines))));
    }
}
