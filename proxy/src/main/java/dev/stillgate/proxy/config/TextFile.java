package dev.stillgate.proxy.config;

import dev.stillgate.spi.HeapRoom;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads files named by the operator, with a size limit and error messages for the operator. */
public final class TextFile {
    /** The worst-case heap use of a file's nodes, per byte of the file. */
    private static final long HEAP_FACTOR = 16;

    private TextFile() {}

    /**
     * Returns all bytes of a regular file.
     *
     * @param most the maximum size in bytes
     * @throws ConfigException if the file is missing, unreadable, larger than {@code most} or too large for the heap.
     *     Pipes and devices are rejected too, because reading them might block or never end.
     */
    public static byte[] bytes(Path file, int most) throws ConfigException {
        try (InputStream in = open(file)) {
            if (!HeapRoom.has(HEAP_FACTOR * Math.min(most, Files.size(file)))) {
                throw new ConfigException(Position.of(file), "not enough free heap to read it");
            }
            byte[] bytes = in.readNBytes(most + 1);
            if (bytes.length > most) {
                throw new ConfigException(Position.of(file), "is larger than " + most + " bytes");
            }
            return bytes;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Opens a regular file.
     *
     * @throws ConfigException as {@link #bytes}
     */
    public static InputStream open(Path file) throws ConfigException {
        try {
            Path real = file.toRealPath(); // fails with the reason: link loop, missing file, unreadable directory
            if (Files.isDirectory(real)) {
                throw new ConfigException(Position.of(file), "is a directory: expected a file");
            }
            if (!Files.isRegularFile(real)) {
                throw new ConfigException(Position.of(file), "is not a regular file");
            }
            return Files.newInputStream(real);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Translates an I/O error into a message for the operator. */
    public static ConfigException unreadable(Path file, IOException e) {
        String reason = switch (e) {
            case NoSuchFileException missing -> "does not exist";
            case AccessDeniedException denied -> "cannot be read: permission denied";
            case FileSystemException other when other.getReason() != null -> "cannot be read: " + other.getReason();
            default -> "cannot be read: " + e.getMessage();
        };
        return new ConfigException(Position.of(file), reason);
    }

    /**
     * Decodes UTF-8 and removes a byte order mark.
     *
     * @throws ConfigException with the position of the first malformed byte or control character
     */
    static String text(Path file, byte[] bytes) throws ConfigException {
        int mark = bytes.length < 2 ? 0 : (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF);
        if (mark == 0xFEFF || mark == 0xFFFE) {
            throw new ConfigException(new Position(file, 1, 1), "is UTF-16: expected UTF-8");
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer chars = CharBuffer.allocate(bytes.length);
        boolean malformed = decoder.decode(ByteBuffer.wrap(bytes), chars, true).isError();
        String text = chars.flip().toString();
        text = text.startsWith("\uFEFF") ? text.substring(1) : text;
        Problem problem = firstBad(file, text);
        if (problem == null && malformed) {
            problem = new Problem(end(file, text, text.length()), "is not valid UTF-8 from here on");
        }
        if (problem != null) {
            throw new ConfigException(List.of(problem));
        }
        return text;
    }

    private static @Nullable Problem firstBad(Path file, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String bad = bad(c);
            if (bad != null) {
                return new Problem(end(file, text, i), bad);
            }
        }
        return null;
    }

    /** Returns a message if a character is not allowed in configuration files, else null. */
    static @Nullable String bad(char c) {
        boolean control = c < 0x20 && c != '\n' && c != '\r' && c != '\t';
        if (control || (c >= 0x7F && c < 0xA0 && c != 0x85) || c >= 0xFFFE) {
            String what = c == 0 ? "a NUL byte" : String.format("the control character U+%04X", (int) c);
            return what + " is not allowed";
        }
        return null;
    }

    /** Returns the position of an index in a text. */
    private static Position end(Path file, String text, int index) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < index; i++) {
            char c = text.charAt(i);
            if (c == '\n' || (c == '\r' && !text.startsWith("\n", i + 1))) {
                line++;
                start = i + 1;
            }
        }
        return new Position(file, line, 1 + text.codePointCount(start, index));
    }
}
