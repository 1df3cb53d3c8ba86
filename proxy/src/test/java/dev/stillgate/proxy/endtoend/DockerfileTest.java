package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the Dockerfile's shell command that unpacks a distribution. */
class DockerfileTest {
    @TempDir
    private Path root;

    @Test
    @DisplayName("plugins 19: the newest distribution is unpacked when an older one is present")
    void newestDistributionIsUnpacked() throws IOException, InterruptedException {
        pack("stillgate-0.9.0", Instant.now().minusSeconds(3600));
        pack("stillgate-0.10.0", Instant.now());
        String command = Files.readAllLines(Path.of("..", "Dockerfile")).stream()
                .filter(line -> line.startsWith("RUN mkdir /distribution"))
                .map(line -> line.substring("RUN ".length()).replaceAll("(?<=[ (])/(?=\\w)", root + "/"))
                .findFirst()
                .orElseThrow();
        run(command);
        assertThat(root.resolve("distribution/version")).hasContent("stillgate-0.10.0");
    }

    private void pack(String name, Instant modified) throws IOException, InterruptedException {
        Path directory = Files.createDirectory(root.resolve(name));
        Files.writeString(directory.resolve("version"), name);
        run("cd " + root + " && tar -czf " + name + ".tar.gz " + name);
        Files.setLastModifiedTime(root.resolve(name + ".tar.gz"), FileTime.from(modified));
    }

    private static void run(String command) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-c", command).inheritIO().start();
        assertThat(shell.waitFor()).as(command).isZero();
    }
}
