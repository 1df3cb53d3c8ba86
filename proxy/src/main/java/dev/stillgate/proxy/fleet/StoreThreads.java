package dev.stillgate.proxy.fleet;

import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.netty.util.concurrent.SucceededFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The threads of the fleet: one for I/O with the store, one for work that must not delay that I/O, one for the receiver of
 * records, which may block, and a timer. They are created here rather than by Lettuce, so that store connections never share an event loop with client
 * connections. Threads start with their first task.
 */
final class StoreThreads implements AutoCloseable {
    static final String PREFIX = "stillgate-fleet-";

    static {
        // Lettuce prefers epoll when it is on the class path; these threads use NIO, whatever transport the gateway
        // uses.
        System.setProperty("io.lettuce.core.epoll", "false");
        System.setProperty("io.lettuce.core.iouring", "false");
        System.setProperty("io.lettuce.core.kqueue", "false");
    }

    private static final long TICK_MILLIS = 20;
    private static final long CLOSE_SECONDS = 5;

    private final MultiThreadIoEventLoopGroup io =
            new MultiThreadIoEventLoopGroup(1, named("io"), NioIoHandler.newFactory());
    private final DefaultEventExecutorGroup work = new DefaultEventExecutorGroup(1, named("work"));
    private final DefaultEventExecutorGroup records = new DefaultEventExecutorGroup(1, named("records"));
    private final HashedWheelTimer timer = new HashedWheelTimer(named("timer"), TICK_MILLIS, TimeUnit.MILLISECONDS);
    private final EventLoop loop = io.next();
    private final EventExecutor worker = work.next();

    /** Returns the event loop of all connections to the store. */
    EventLoop loop() {
        return loop;
    }

    /** Returns the executor of readers and of periodic tasks. */
    EventExecutor worker() {
        return worker;
    }

    /** Returns the executor of the receiver of records. */
    EventExecutor records() {
        return records.next();
    }

    /** Returns client resources that make Lettuce use these threads. */
    ClientResources.Builder resources() {
        return ClientResources.builder()
                .eventLoopGroupProvider(new OneLoop(io))
                .eventExecutorGroup(work)
                .timer(timer)
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled());
    }

    /** Stops the threads: the I/O thread before the worker, since I/O callbacks run on the worker. */
    @Override
    public void close() {
        timer.stop();
        end(io);
        end(work);
        end(records);
    }

    private static void end(EventExecutorGroup group) {
        group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    private static ThreadFactory named(String what) {
        return new DefaultThreadFactory(PREFIX + what, true);
    }

    /** Returns the same group for every request; only {@link StoreThreads} shuts it down. */
    private record OneLoop(EventLoopGroup group) implements EventLoopGroupProvider {
        @Override
        public <T extends EventLoopGroup> T allocate(Class<T> type) {
            return type.cast(group);
        }

        @Override
        public int threadPoolSize() {
            return 1;
        }

        @Override
        public Future<Boolean> release(EventExecutorGroup released, long quietPeriod, long timeout, TimeUnit unit) {
            return new SucceededFuture<>(ImmediateEventExecutor.INSTANCE, true);
        }

        @Override
        public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit unit) {
            return new SucceededFuture<>(ImmediateEventExecutor.INSTANCE, true);
        }
    }
}
