package dev.stillgate.loadtests.bench;

import dev.stillgate.proxy.observe.AccessLog;
import dev.stillgate.proxy.observe.AccessRecord;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Cost of meters and access log for one exchange. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ObserveBench {
    private static final Usage USAGE = new Usage(Usage.Source.EXACT, 350, 120, 0, 0, -1);
    private static final long DURATION = 812_345_678;
    private static final long FIRST_BYTE = 123_456_789;

    private final GatewayMeters meters = new GatewayMeters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    private final AccessLog log = new AccessLog("access log", Path.of("/dev/null"));
    private final AccessLog.Writer writer = log.writer();
    private long now;

    /** Stops the log thread. */
    @TearDown
    public void close() {
        writer.flush();
        log.close();
    }

    @Benchmark
    public void meters() {
        meters.exchangeStarted();
        meters.exchangeEnded(
                new Outcome.Served(200, USAGE, 2_345, FIRST_BYTE),
                DURATION,
                Operation.MESSAGES,
                "model-4-20260101",
                true);
    }

    @Benchmark
    public void line() {
        now += 1_000_000;
        writer.log(
                new AccessRecord(
                        1_770_000_000_000L + now / 1_000_000,
                        DURATION,
                        FIRST_BYTE,
                        "req_018f2c5a9d3e4b7f8a6c1d2e",
                        "POST",
                        "/v1/messages",
                        "1.1",
                        200,
                        "served",
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        1_234,
                        2_345,
                        InetAddress.getLoopbackAddress(),
                        "a-17",
                        "org-9",
                        Standing.CLEAR,
                        "model",
                        Operation.MESSAGES,
                        null,
                        "model-4",
                        "model-4-20260101",
                        "end_turn",
                        ProviderVerdict.NONE,
                        true,
                        false,
                        USAGE,
                        null,
                        3,
                        "9f86d081"),
                now);
    }

    @Benchmark
    public void both() {
        meters();
        line();
    }
}
