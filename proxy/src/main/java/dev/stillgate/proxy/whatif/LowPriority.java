package dev.stillgate.proxy.whatif;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Execution with the lowest scheduling priority. On Linux a thread has a priority of its own, which the processes that
 * it starts inherit. The JDK has no such function and the image no {@code nice}, so this class calls the C library.
 */
final class LowPriority {
    private static final Logger LOG = LoggerFactory.getLogger(LowPriority.class);
    private static final int PRIO_PROCESS = 0;
    private static final int CALLING_THREAD = 0;
    private static final int LOWEST = 19;

    private LowPriority() {}

    /**
     * Runs work on a new thread with the lowest priority, and waits for its end. The priority is as usual where the
     * system is not Linux.
     *
     * @throws IOException if the work throws it
     */
    static <T> T call(Callable<T> work) throws IOException, InterruptedException {
        FutureTask<T> task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name("backtest").start(() -> {
            lower();
            task.run();
        });
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private static void lower() {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return; // elsewhere the call would lower the priority of the whole process
        }
        try {
            int status = (int) setPriority().invokeExact(PRIO_PROCESS, CALLING_THREAD, LOWEST);
            if (status != 0) {
                LOG.warn("the system refuses to lower the priority of a backtest");
            }
        } catch (Throwable e) { // declared by method handles
            LOG.warn("cannot lower the priority of a backtest", e);
        }
    }

    @SuppressWarnings("restricted") // the command passes --enable-native-access, as for the transports
    private static MethodHandle setPriority() {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setpriority"),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    }
}
