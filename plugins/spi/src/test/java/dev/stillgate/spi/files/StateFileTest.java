package dev.stillgate.spi.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFileTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("state");
    }

    @Test
    void replacementIsWholeAndReadableByItsOwnerOnly() throws IOException {
        Files.writeString(file, "old");
        StateFile.replace(file, "new".getBytes(StandardCharsets.UTF_8));
        assertThat(file).hasContent("new");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(names()).containsExactly("state");
    }

    @Test
    void sharedFileHasTheDefaultPermissions() throws IOException {
        StateFile.replaceShared(file, out -> out.write(1));
        Path usual = Files.createFile(directory.resolve("usual"));
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(usual));
    }

    @Test
    void failedWriteKeepsTheOldFileAndLeavesNoPart() throws IOException {
        Files.writeString(file, "old");
        assertThatThrownBy(() -> StateFile.replace(file, out -> {
                    out.write(new byte[1 << 20]);
                    throw new IOException("no space left on device");
                }))
                .hasMessage("no space left on device");
        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("state");
    }

    @Test
    void crashBetweenTheTwoHalvesKeepsTheOldFile() throws IOException {
        Files.writeString(file, "old");
        StateFile.prepare(file, out -> out.write("lost".getBytes(StandardCharsets.UTF_8)));
        assertThat(file).hasContent("old");
        StateFile.replace(file, "next".getBytes(StandardCharsets.UTF_8));
        assertThat(file).hasContent("next");
    }

    @Test
    void linkInPlaceOfTheNewFileIsNotFollowed() throws IOException {
        Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "kept");
        Files.createSymbolicLink(directory.resolve("state.new"), elsewhere);
        StateFile.replace(file, "new".getBytes(StandardCharsets.UTF_8));
        assertThat(elsewhere).hasContent("kept");
        assertThat(file).isRegularFile().hasContent("new");
    }

    @Test
    void everyChangedByteAndEveryTruncationIsFound() throws IOException {
        StateFile.replace(file, StateFile.checked(out -> out.writeUTF("state")));
        assertThat(StateFile.<String>readChecked(file, in -> in.readUTF())).isEqualTo("state");
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(file, damaged);
            assertThatThrownBy(() -> StateFile.<String>readChecked(file, in -> in.readUTF()))
                    .isExactlyInstanceOf(IOException.class);
            Files.write(file, Arrays.copyOf(whole, i));
            assertThatThrownBy(() -> StateFile.<String>readChecked(file, in -> in.readUTF()))
                    .isExactlyInstanceOf(IOException.class);
        }
    }

    @Test
    void missingFileIsReportedAsMissing() {
        assertThatThrownBy(() -> StateFile.<String>readChecked(file, in -> in.readUTF()))
                .isInstanceOf(NoSuchFileException.class);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(each -> each.getFileName().toString()).toList();
        }
    }
}
