package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.policy.PolicyReloader;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.validate.Validation;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** A filter whose state is left behind because its name has changed. */
@ExtendWith(NoLeaks.class)
@Isolated("listens to a logger of the whole JVM")
class RenamedFilterTest {
    private static final String LEFT = "the filter behavior starts without the state of behaviour";

    @TempDir
    private Path state;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(PolicyReloader.class);

    @BeforeEach
    void listen() {
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(log);
    }

    private RigBuilder named(String name) {
        return GatewayRig.with()
                .toPort(1)
                .state(state)
                .filters("[{name: limits, type: token-bucket, config: {limits: [{name: requests, measure: requests,"
                        + " capacity: 5, refill: 5/1m}]}}, {name: " + name
                        + ", type: fingerprint, mode: shadow, config: {}}]");
    }

    private List<String> warnings() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private static List<String> validated(GatewayRig rig) {
        return Validation.of(rig.directory().resolve("stillgate.yaml"), name -> null).warnings().stream()
                .map(Problem::message)
                .toList();
    }

    @Test
    void newNameIsReportedByReloadValidationAndStart() throws ConfigException {
        try (GatewayRig rig = named("behaviour").start()) {
            rig.policy(named("behavior").policy());
            assertThat(validated(rig)).anyMatch(message -> message.startsWith(LEFT));
            rig.reload();
            assertThat(warnings())
                    .singleElement()
                    .asString()
                    .contains("policy.yaml:7:")
                    .contains(LEFT);
            assertThat(validated(rig)).noneMatch(message -> message.contains("state of"));
        }
        log.list.clear();
        try (GatewayRig rig = named("behaviour").start()) {
            assertThat(warnings())
                    .singleElement()
                    .asString()
                    .contains("the filter behaviour starts without the state of behavior,");
            rig.policy(named("behaviour").filters("[]").policy());
            rig.reload();
            rig.policy(named("behavior").policy());
            rig.reload();
            assertThat(warnings()).as("nothing was renamed").hasSize(1);
        }
    }
}
