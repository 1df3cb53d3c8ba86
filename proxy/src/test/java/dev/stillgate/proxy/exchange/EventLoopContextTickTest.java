package dev.stillgate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** The tick of an event loop with failing periodic tasks. */
@Isolated("listens to a logger of the whole JVM")
final class EventLoopContextTickTest {
    private final FakeTicker ticker = new FakeTicker();
    private final ListAppender<ILoggingEvent> reports = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(TickFailures.class);

    @BeforeEach
    void listen() {
        reports.start();
        logger.addAppender(reports);
        logger.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        logger.setAdditive(true);
        logger.detachAppender(reports);
    }

    /** Creates a context without a pool or health checks, so that both periodic tasks fail at every tick. */
    @SuppressWarnings("NullAway")
    private EventLoopContext broken() {
        EventLoopContext.Shared shared =
                new EventLoopContext.Shared(ticker, null, null, null, null, null, null, null, 0, null, null, null);
        return new EventLoopContext(0, null, shared, null, null, null, null);
    }

    @Test
    @DisplayName("engine D1: a task that fails at every tick stops no timeout and is logged once a minute")
    void failingTaskStopsNoTimeoutAndIsLoggedRarely() {
        EventLoopContext context = broken();
        AtomicInteger ticks = new AtomicInteger();
        context.watch(now -> {
            ticks.incrementAndGet();
            throw new IllegalStateException("as meant");
        });
        context.watch(now -> ticks.incrementAndGet());
        for (int i = 0; i < 1300; i++) { // 65 s
            context.tick();
            ticker.advance(Duration.ofMillis(50));
        }
        assertThat(ticks).hasValue(2 * 1300);
        assertThat(reports.list).hasSize(2);
        assertThat(reports.list.getFirst().getThrowableProxy().getMessage()).isEqualTo("as meant");
        assertThat(reports.list.getLast().getFormattedMessage()).contains("3599 ");
    }
}
