package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Options of the demo, and the commands that it prints. */
class DemoCommandTest {
    @Test
    void helpNamesThePorts() {
        Lines help = Lines.of("demo", "--help");
        assertThat(help.exit()).isZero();
        assertThat(help.out()).contains("--port=N", "8080", "--admin-port=N", "9090");
        assertThat(Lines.of("demo", "--port", "70000").exit()).isEqualTo(2);
    }

    @Test
    void printedCommandsReachTheDemo() {
        String text = DemoCommand.commandsToTry(
                "bin/stillgate", "http://127.0.0.1:18080", "http://127.0.0.1:19090", new DemoFiles(Path.of("demo")));
        List<String> printed = text.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("bin/stillgate "))
                .toList();
        assertThat(printed).hasSizeGreaterThanOrEqualTo(3);
        for (String line : printed) {
            assertThat(line).endsWith(" --admin 127.0.0.1:19090");
            String[] verb = line.substring("bin/stillgate ".length(), line.indexOf(" --admin"))
                    .split(" ");
            List<String> help = new java.util.ArrayList<>(List.of(verb));
            help.add("--help");
            assertThat(Lines.of(help.toArray(String[]::new)).exit()).as(line).isZero();
        }
    }
}
