package dev.stillgate.proxy.rig;

import dev.stillgate.proxy.listen.Transports;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Event loops of a gateway under test. The last byte of a response is on the wire before its exchange is counted and logged;
 * both happen in one task of the loop, so another task of that loop runs after them. Thread-safe.
 */
final class LoopBarrier {
    /** Longest wait for a loop that a test holds up. */
    private static final long MOST_SECONDS = 2;

    private final List<ThreadAwareExecutor> loops = new CopyOnWriteArrayList<>();

    /** Returns a transport whose loops this waits for. */
    Transports around(Transports transports) {
        IoHandlerFactory handlers = transports.handlers();
        IoHandlerFactory noting = new IoHandlerFactory() {
            @Override
            public IoHandler newHandler(ThreadAwareExecutor loop) {
                loops.add(loop);
                return handlers.newHandler(loop);
            }

            @Override
            public boolean isChangingThreadSupported() {
                return handlers.isChangingThreadSupported();
            }
        };
        return new Transports(transports.name(), noting, transports.serverChannels(), transports.channels());
    }

    /** Waits until each loop has ended the task that it runs now. */
    void await() {
        for (ThreadAwareExecutor loop : loops) {
            CountDownLatch done = new CountDownLatch(1);
            try {
                loop.execute(done::countDown);
                boolean ran = done.await(MOST_SECONDS, TimeUnit.SECONDS);
                if (!ran) {
                    return;
                }
            } catch (RejectedExecutionException closed) {
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
