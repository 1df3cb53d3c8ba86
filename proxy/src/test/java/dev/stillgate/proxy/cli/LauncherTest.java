package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a distribution, with a {@code java} that prints what it is started with. */
class LauncherTest {
    @TempDir
    private Path directory;

    private Path etc;

    @BeforeEach
    void unpack() throws IOException {
        directory = directory.toRealPath();
        etc = directory.resolve("etc/stillgate");
        executable(
                "home/bin/stillgate",
                Files.readString(Path.of("bin/stillgate")).replace("/etc/stillgate", etc.toString()));
        executable("jdk/bin/java", "#!/bin/sh\necho \"dir=$STILLGATE_CONFIG_DIR\" \"$@\"\n");
        Files.writeString(directory.resolve("jdk/release"), "JAVA_VERSION=\"25\"\n");
    }

    private void executable(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Lines run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("home/bin/stillgate"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment()
                .put("STILLGATE_JAVA_HOME", directory.resolve("jdk").toString());
        builder.environment().remove("STILLGATE_CONFIG_DIR");
        Process launcher = builder.start();
        String out = new String(launcher.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(launcher.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Lines(launcher.waitFor(), out, err);
    }

    @Test
    @DisplayName("the files of a service are preferred to the samples of the distribution")
    void filesOfTheServiceArePreferred() throws Exception {
        assertThat(run("validate").out()).startsWith("dir=" + directory.resolve("home/config") + " ");
        Files.createDirectories(etc);
        assertThat(run("validate").out()).startsWith("dir=" + directory.resolve("home/config") + " ");
        Files.writeString(etc.resolve("stillgate.yaml"), "");
        assertThat(run("validate", "--strict").out())
                .startsWith("dir=" + etc + " ")
                .endsWith(" validate --strict\n");
    }

    @Test
    @DisplayName("help of a verb that the launcher runs itself prints its usage and starts nothing")
    void verbsOfTheLauncherHaveHelp() throws Exception {
        for (String[] help : new String[][] {{"train", "--help"}, {"train", "-h"}, {"help", "train"}}) {
            Lines printed = run(help);
            assertThat(printed.exit()).isZero();
            assertThat(printed.out()).startsWith("Usage: stillgate train\n").doesNotContain("dir=");
        }
        assertThat(run("train", "--all").exit()).isEqualTo(2);
        assertThat(run("train").out()).contains("Train.java");
        assertThat(run("help", "reload").out()).endsWith(" help reload\n");
    }

    @Test
    @DisplayName("each verb has help")
    void verbsHaveHelp() {
        for (String verb : Main.command().getSubcommands().keySet()) {
            assertThat(Lines.of(verb, "--help").exit()).as(verb).isZero();
        }
    }
}
