package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The configuration that a command reads if none is named. */
class ConfigFileTest {
    private static final Path BELOW = Path.of("config/stillgate.yaml");

    @Test
    void namedFileIsRead() {
        ConfigFile file = new ConfigFile();
        new CommandLine(file).parseArgs("--config", "other.yaml");

        assertThat(file.path()).isEqualTo(Path.of("other.yaml"));
    }

    @Test
    void installationsFileIsReadWhereTheWorkingDirectoryHasNone() {
        assertThat(ConfigFile.byDefault("/etc/stillgate", false)).isEqualTo(Path.of("/etc/stillgate/stillgate.yaml"));
        assertThat(ConfigFile.byDefault("/etc/stillgate", true)).isEqualTo(BELOW);
    }

    @Test
    void fileThatIsReadIsNamed() {
        Lines validated = Lines.of("validate");
        assertThat(validated.err()).containsOnlyOnce("stillgate: reads ").contains("stillgate.yaml");
        assertThat(Lines.of("validate", "--config", "none.yaml").err()).doesNotContain("stillgate: reads ");
        assertThat(Lines.of("reload").err()).containsOnlyOnce("stillgate: reads ");
    }

    @Test
    void fileBelowTheWorkingDirectoryIsReadWithoutAnInstallation() {
        assertThat(ConfigFile.byDefault(null, false)).isEqualTo(BELOW);
        assertThat(ConfigFile.byDefault("", false)).isEqualTo(BELOW);
    }
}
