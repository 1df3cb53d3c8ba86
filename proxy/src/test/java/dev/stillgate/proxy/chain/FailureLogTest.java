package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stillgate.testkit.FakeTicker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated("listens to a logger of the whole JVM")
class FailureLogTest {
    private final FakeTicker ticker = new FakeTicker();
    private final FailureLog failures = new FailureLog("limits", ticker);
    private final Logger logger = (Logger) LoggerFactory.getLogger(FailureLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        logger.setAdditive(true);
        logger.detachAppender(lines);
    }

    @Test
    void oneLinePerIntervalHasTheNumberSuppressed() {
        for (int i = 0; i < 5; i++) {
            failures.failed("request", new IllegalStateException("broken"));
        }
        ticker.advance(FailureLog.INTERVAL.minus(Duration.ofNanos(1)));
        failures.failed("request", new IllegalStateException("broken"));
        ticker.advance(Duration.ofNanos(1));
        failures.failed("body", new IllegalStateException("broken"));

        assertThat(messages())
                .containsExactly(
                        "filter limits failed in request (0 more since the last line)",
                        "filter limits failed in body (5 more since the last line)");
        assertThat(lines.list.getFirst().getThrowableProxy().getMessage()).isEqualTo("broken");
    }

    @Test
    void unprintableFailureIsLoggedByItsClass() {
        failures.failed("request", new Unprintable());
        assertThat(messages()).containsExactly("filter limits failed in request: " + Unprintable.class.getName());
    }

    private List<String> messages() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static final class Unprintable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }
}
