package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Error messages of failed commands. */
class ErrorMessageTest {
    @Test
    @DisplayName("newcomer B5: a cause that the message already contains is not printed again")
    void repeatedCauseIsPrintedOnce() {
        IOException cause = new IOException("the field \"path\" is missing");
        assertThat(Main.explain(new IOException("r4 " + cause.getMessage(), cause)))
                .isEqualTo("stillgate: r4 the field \"path\" is missing");
        assertThat(Main.explain(new UncheckedIOException(
                        "cannot open the access log /nope/x: no such file or directory",
                        new NoSuchFileException("/nope/x"))))
                .isEqualTo("stillgate: cannot open the access log /nope/x: no such file or directory");
        assertThat(Main.explain(new IllegalStateException("cannot start", new IOException("disk full"))))
                .isEqualTo("stillgate: cannot start: disk full");
    }
}
