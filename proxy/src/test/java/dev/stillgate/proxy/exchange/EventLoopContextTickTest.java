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
import org.slf4j.LoggerFactory;

/** The tick of an event loop, whose duties can fail. */
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

    /** A lane without a pool or health checks: both duties fail with every tick. */
    @SuppressWarnings("NullAway")
    private EventLoopContext broken() {
        EventLoopContext.Shared shared =
                new EventLoopContext.Shared(ticker, null, null, null, null, null, null, null, 0, null, null, null);
        return new EventLoopContext(0, null, shared, null, null, null, null);
    }

    @Test
    @DisplayName("engine D1: a duty that fails with every tick stops no timeout and is logged once a minute")
    void aDutyThatFailsStopsNoTimeoutAndIsLoggedRarely() {
        EventLoopContext lane = broken();
        AtomicInteger ticks = new AtomicInteger();
        lane.watch(now -> {
            ticks.incrementAndGet();
            throw new IllegalStateException("as meant");
        });
        lane.watch(now -> ticks.incrementAndGet());
        for (int i = 0; i < 1300; i++) { // 65 s
            lane.tick();
            ticker.advance(Duration.ofMillis(50));
        }
        assertThat(ticks).hasValue(2 * 1300);
        assertThat(reports.list).hasSize(2);
        assertThat(reports.list.getFirst().getThrowableProxy().getMessage()).isEqualTo("as meant");
        assertThat(reports.list.getLast().getFormattedMessage()).contains("3599 ");
    }
}
