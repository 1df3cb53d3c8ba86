package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.files.Digests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Detection of changed file contents, for all ways of replacing a file. */
class FileContentsTest {
    private static final int LARGE = (1 << 20) + 1;

    @TempDir
    private Path directory;

    private final FileContents contents = new FileContents(Ticker.system());

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    @Test
    void contentIsTheHash() throws IOException {
        Path file = write("a", "text");
        assertThat(contents.look(file)).isEqualTo(Digests.sha256Hex("text".getBytes(StandardCharsets.US_ASCII)));
        assertThat(contents.look(List.of(file))).containsExactly(java.util.Map.entry(file, contents.look(file)));
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        assertThat(contents.look(file))
                .as("touched")
                .isEqualTo(Digests.sha256Hex("text".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void replacedFilesAreDetected() throws IOException {
        Path file = write("policy.yaml", "one");
        List<String> seen = new ArrayList<>(List.of(contents.look(file)));
        Files.writeString(file, "two");
        seen.add(contents.look(file));
        Files.move(write("policy.yaml.tmp", "six"), file, StandardCopyOption.ATOMIC_MOVE);
        seen.add(contents.look(file));
        Files.delete(file);
        seen.add(contents.look(file));
        Files.createDirectory(file);
        seen.add(contents.look(file));
        Files.delete(file);
        Files.createSymbolicLink(file, write("elsewhere", "ten"));
        seen.add(contents.look(file));
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(seen.subList(3, 5)).containsExactly("missing", "a directory");
    }

    @Test
    void linksOfAConfigMapAreFollowed() throws IOException {
        for (String version : List.of("..1", "..2")) {
            Files.createDirectory(directory.resolve(version));
            Files.writeString(directory.resolve(version).resolve("policy.yaml"), "content of " + version);
        }
        Path data = Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
        Path file = Files.createSymbolicLink(directory.resolve("policy.yaml"), Path.of("..data/policy.yaml"));
        String before = contents.look(file);
        Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..2"));
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
        assertThat(contents.look(file)).isNotEqualTo(before);
    }

    @Test
    void changeOfALargeFileWithEqualSizeAndTimeIsDetected() throws IOException {
        byte[] bytes = new byte[LARGE];
        Path file = Files.write(directory.resolve("large"), bytes);
        FileTime time = Files.getLastModifiedTime(file);
        String before = contents.look(file);
        Arrays.fill(bytes, (byte) 'x');
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, time);
        assertThat(contents.look(file)).isNotEqualTo(before);
    }

    @Test
    void unreadableFilesHaveAStableDescription() throws IOException {
        Path loop = directory.resolve("loop");
        Files.createSymbolicLink(loop, loop);
        assertThat(contents.look(loop)).startsWith("unreadable").isEqualTo(contents.look(loop));
        Path closed = Files.createDirectory(directory.resolve("closed"));
        Path file = Files.writeString(closed.resolve("file"), "x");
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
        boolean everything = Files.isReadable(file);
        String seen = contents.look(file);
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
        Assumptions.assumeFalse(everything, "this user may read everything");
        assertThat(seen).isEqualTo("closed");
    }
}
