package dev.stillgate.proxy.rig;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Fails a test class that leaks buffers, as reported by Netty's leak detector at level paranoid. */
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    private static final int ROUNDS = 4;
    private final ListAppender<ILoggingEvent> reports = new ListAppender<>();
    private Logger logger;

    @Override
    public void beforeAll(ExtensionContext context) {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
        reports.start();
        logger.addAppender(reports);
    }

    /** A leaked buffer is reported by the next allocation after its collection. */
    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        for (int i = 0; i < ROUNDS; i++) {
            System.gc();
            Thread.sleep(20);
            ByteBufAllocator.DEFAULT.directBuffer(16).release();
        }
        logger.detachAppender(reports);
        assertThat(reports.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    }
}
