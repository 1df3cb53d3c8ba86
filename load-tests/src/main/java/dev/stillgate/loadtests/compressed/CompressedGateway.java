package dev.stillgate.loadtests.compressed;

import dev.stillgate.proxy.Gateway;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.spi.Ticker;
import java.nio.file.Path;

/**
 * A gateway whose calendar runs faster, so that days of traffic pass in minutes: dates, days and hours come sooner, while timeouts
 * and paces are those of the machine.
 */
public final class CompressedGateway {
    private CompressedGateway() {}

    /** Takes the gateway's {@code stillgate.yaml} and how many times as fast; runs until it is told to stop. */
    public static void main(String[] args) throws ConfigException {
        Gateway gateway = Gateway.start(
                Path.of(args[0]), Environment.system(), ticker(Ticker.system(), Double.parseDouble(args[1])));
        Runtime.getRuntime().addShutdownHook(new Thread(gateway::close));
    }

    /** Returns a clock whose calendar begins now and runs so many times as fast. */
    static Ticker ticker(Ticker machine, double speedup) {
        long millis = machine.millis();
        long nanos = machine.nanos();
        return new Ticker() {
            @Override
            public long nanos() {
                return machine.nanos();
            }

            @Override
            public long millis() {
                return millis + (long) ((machine.nanos() - nanos) / 1e6 * speedup);
            }
        };
    }
}
