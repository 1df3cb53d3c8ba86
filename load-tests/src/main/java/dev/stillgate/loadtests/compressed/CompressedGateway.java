package dev.stillgate.loadtests.compressed;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.nio.file.Path;

/**
 * A gateway whose calendar runs faster, so that days of traffic pass in minutes: dates, days and hours come sooner, while timeouts
 * and paces are those of the machine.
 */
public final class CompressedGateway {
    private CompressedGateway() {}

    /**
     * Takes the gateway's {@code stillgate.yaml}, how many times as fast, and since when, in milliseconds of the epoch: gateways
     * that are told the same agree on the date. Runs until it is told to stop.
     */
    public static void main(String[] args) throws ConfigException {
        Ticker ticker = ticker(Ticker.system(), Double.parseDouble(args[1]), Long.parseLong(args[2]));
        Gateway gateway = Gateway.start(Path.of(args[0]), Environment.system(), ticker);
        Runtime.getRuntime().addShutdownHook(new Thread(gateway::close));
    }

    /** Returns a clock whose calendar runs so many times as fast since a time. */
    static Ticker ticker(Ticker machine, double speedup, long since) {
        return new Ticker() {
            @Override
            public long nanos() {
                return machine.nanos();
            }

            @Override
            public long millis() {
                return since + (long) ((machine.millis() - since) * speedup);
            }
        };
    }
}
