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

/** What the process does on signals while it serves. */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /**
     * Serves until SIGTERM or SIGINT, then drains; returns the exit code.
     *
     * @param delay how long it serves on after it has said that it is not ready any more
     * @param drain how long exchanges under way have then
     */
    static int serve(Gateway gateway, Duration delay, Duration drain) throws InterruptedException {
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
        gateway.whenAskedToDrain(stop::countDown);
        on("HUP", () -> reload(gateway));
        on("USR1", gateway::reopenLogs);
        ServiceNotice notice = ServiceNotice.ofProcess();
        notice.send(ServiceNotice.READY);
        stop.await();
        notice.send(ServiceNotice.STOPPING);
        gateway.retire();
        if (delay.isPositive()) {
            LOG.info("not ready any more; connections are still taken for {} s", delay.toSeconds());
            Thread.sleep(delay);
        }
        LOG.info("draining: no new connections, exchanges under way have {} s", drain.toSeconds());
        gateway.drain(drain);
        LOG.info("stopped");
        return 0;
    }

    /**
     * Runs an action whenever the signal comes. {@code sun.misc.Signal} is the one way to hear of signals; it is in the
     * supported module {@code jdk.unsupported}, and reflection keeps the compiler from warning of its name.
     */
    private static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object runs =
                    Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, (self, method, args) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            Method handle = signal.getMethod("handle", signal, handler);
            handle.invoke(null, signal.getConstructor(String.class).newInstance(name), runs);
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
