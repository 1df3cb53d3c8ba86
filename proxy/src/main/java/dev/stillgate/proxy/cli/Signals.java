package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.Gateway;
import dev.stillgate.proxy.config.ConfigException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** What the process does on signals while it serves. */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /** Serves until SIGTERM or SIGINT, then drains; returns the exit code. */
    static int serve(Gateway gateway, Duration drain) throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        AtomicBoolean stopping = new AtomicBoolean();
        for (String name : new String[] {"TERM", "INT"}) {
            Signal.handle(new Signal(name), signal -> {
                if (stopping.getAndSet(true)) {
                    LOG.warn("second SIG{}: exiting at once", signal.getName());
                    Runtime.getRuntime().halt(1);
                }
                stop.countDown();
            });
        }
        Signal.handle(new Signal("HUP"), signal -> reload(gateway));
        Signal.handle(new Signal("USR1"), signal -> gateway.reopenLogs());
        stop.await();
        LOG.info("draining: no new connections, exchanges under way have {} s", drain.toSeconds());
        gateway.drain(drain);
        LOG.info("stopped");
        return 0;
    }

    private static void reload(Gateway gateway) {
        try {
            gateway.reload();
        } catch (ConfigException logged) {
            LOG.debug("reload refused", logged);
        }
    }
}
