package dev.stillgate.loadtests.compressed;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.nio.file.Path;

/**
 * A gateway with an accelerated calendar, so that days of traffic take minutes. Timeouts and paces are not accelerated.
 */
public final class CompressedGateway {
    private CompressedGateway() {}

    /**
     * Arguments: {@code stillgate.yaml}, acceleration factor, start of the acceleration in milliseconds since the
     * epoch. Gateways with the same values have the same date. Runs until the process is stopped.
     */
    public static void main(String[] args) throws ConfigException {
        Ticker ticker = ticker(Ticker.system(), Double.parseDouble(args[1]), Long.parseLong(args[2]));
        Gateway gateway = Gateway.start(Path.of(args[0]), Environment.system(), ticker);
        Runtime.getRuntime().addShutdownHook(new Thread(gateway::close));
    }

    /** Returns a ticker whose calendar is accelerated by a factor since a time. */
    public static Ticker ticker(Ticker machine, double speedup, long since) {
        return new Ticker() {
            @Override
            public long nanos() {
                return machine.nanos();
            }

            @Override
            public long millis() {
                return since + (long) ((machine.millis() - since) * speedup);
            }

            @Override
            public double pace() {
                return speedup;
            }
        };
    }
}
