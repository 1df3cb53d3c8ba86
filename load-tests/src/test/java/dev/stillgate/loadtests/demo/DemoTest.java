package dev.stillgate.loadtests.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Options of the demo, and the commands that it prints. */
class DemoTest {
    @Test
    void helpNamesThePorts() {
        StringWriter out = new StringWriter();
        CommandLine demo = Demo.command().setOut(new PrintWriter(out)).setErr(new PrintWriter(new StringWriter()));
        assertThat(demo.execute("--help")).isZero();
        assertThat(out.toString()).contains("--port=N", "8080", "--admin-port=N", "9090");
        assertThat(demo.execute("--port", "70000")).isEqualTo(2);
    }

    @Test
    void printedCommandsReachTheDemo() throws Exception {
        String text = Demo.commandsToTry(
                "bin/stillgate", "http://127.0.0.1:18080", "http://127.0.0.1:19090", new DemoFiles(Path.of("demo")));
        List<String> printed = text.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("bin/stillgate "))
                .toList();
        assertThat(printed).hasSizeGreaterThanOrEqualTo(3);
        for (String line : printed) {
            assertThat(line).endsWith(" --admin 127.0.0.1:19090");
            List<String> help =
                    new ArrayList<>(List.of(line.substring("bin/stillgate ".length(), line.indexOf(" --admin"))
                            .split(" ")));
            help.add("--help");
            CommandLine command = Main.command().setOut(new PrintWriter(new StringWriter()));
            assertThat(command.execute(help.toArray(String[]::new))).as(line).isZero();
        }
    }
}
