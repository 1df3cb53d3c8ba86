package dev.stillgate.proxy.rig;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails if a test class leaks buffers, as reported by Netty's leak detector at level paranoid. A leaked buffer is reported by
 * the next allocation after its collection as garbage. So each class fails for what was reported until its end, and the run
 * as a whole for what is reported after a last collection; the report says where a buffer was used.
 */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    private static final int ROUNDS = 4;

    /** The reports of all classes of this JVM. */
    private static final class Reports implements AutoCloseable {
        private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

        private Reports() {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
            lines.start();
            ((Logger) LoggerFactory.getLogger(ResourceLeakDetector.class)).addAppender(lines);
        }

        private void assertNone() {
            assertThat(lines.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .isEmpty();
        }

        @Override
        public void close() {
            for (int i = 0; i < ROUNDS; i++) {
                System.gc();
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                ByteBufAllocator.DEFAULT.directBuffer(16).release();
            }
            assertNone();
        }
    }

    private static Reports reports(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.GLOBAL)
                .getOrComputeIfAbsent(Reports.class, key -> new Reports(), Reports.class);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        reports(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        reports(context).assertNone();
    }
}
