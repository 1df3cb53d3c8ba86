package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.gateway.Gateway;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signal handling of a serving process: reload, reopen logs, drain, exit. */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Serves until SIGTERM, SIGINT or a drain request, then drains. Returns the exit code.
     *
     * @param delay how long to keep accepting connections
     * @param ready whether {@code /readyz} reports ready during the delay
     * @param drain the maximum time for exchanges in progress to complete
     */
    static int serve(Gateway gateway, Duration delay, boolean ready, Duration drain) throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        AtomicBoolean stopping = new AtomicBoolean();
        for (String name : new String[] {"TERM", "INT"}) {
            on(name, () -> {
                if (stopping.getAndSet(true)) {
                    LOG.warn("second SIG{}: exiting at once", name);
                    Runtime.getRuntime().halt(1);
                }
                stop.countDown();
            });
        }
        gateway.onDrainRequest(stop::countDown);
        on("HUP", () -> reload(gateway));
        on("USR1", gateway::reopenLogs);
        SystemdNotifier systemd = SystemdNotifier.ofProcess();
        systemd.send(SystemdNotifier.READY);
        stop.await();
        systemd.send(SystemdNotifier.STOPPING);
        awaitBalancers(gateway, delay, ready);
        LOG.info("draining: no new connections; exchanges in progress have {} s to complete", drain.toSeconds());
        gateway.drain(drain);
        LOG.info("stopped");
        return 0;
    }

    /** Keeps accepting connections until load balancers have noticed that the gateway stops. */
    static void awaitBalancers(Gateway gateway, Duration delay, boolean ready) throws InterruptedException {
        if (!ready) {
            gateway.retire();
        }
        if (delay.isPositive()) {
            LOG.info("{}ready; still accepting connections for {} s", ready ? "" : "not ", delay.toSeconds());
            Thread.sleep(delay);
        }
    }

    /**
     * Registers a signal handler. {@code sun.misc.Signal} is the only API for signals. It belongs to the supported
     * module {@code jdk.unsupported}; reflection avoids the compiler's warning about its name.
     */
    private static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, (self, method, args) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            Method handle = signal.getMethod("handle", signal, handler);
            handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            LOG.warn("SIG{} is not handled on this platform", name, e);
        }
    }

    private static void reload(Gateway gateway) {
        try {
            gateway.reload();
        } catch (ConfigException logged) {
            LOG.debug("reload refused", logged);
        }
    }
}
