package dev.stillgate.proxy.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stillgate.proxy.orders.SharedRecords.Stored;
import dev.stillgate.spi.orders.Order;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Format of the journal's lines: {@code {"crc32c":"0a1b2c3d","rank":"17-0","time":17,"final":true,"order":{…}}}, or
 * {@code {"crc32c":"0a1b2c3d","time":17}}, a note of the time.
 *
 * @param header fields of the first line
 * @param longest maximum length of a line
 */
record JournalFile(Path file, String header, int longest) {
    private static final int CHECKSUM = checksum(new byte[0], 0).length();
    private static final Pattern FIELDS = Pattern.compile(
            "\"rank\":\"([0-9]{1,18}-[0-9]{1,18})\",\"time\":([0-9]{1,18}),\"final\":(true|false),\"order\":(\\{.*\\})}",
            Pattern.DOTALL);

    private static final Pattern TIME = Pattern.compile("\"time\":([0-9]{1,18})}");

    /** A line's record, and its length in bytes. */
    record Text(Order.Rank rank, long time, boolean isFinal, String body, int length) {}

    /** Receiver of lines. */
    interface Reader {
        void line(Text text) throws OrderJson.MalformedOrderException;
    }

    /** Returns the begin of a line whose rest is in an array. */
    static String checksum(byte[] line, int from) {
        CRC32C sum = new CRC32C();
        sum.update(line, from, line.length - from);
        return "{\"crc32c\":\"" + HexFormat.of().toHexDigits(sum.getValue(), 8) + "\",";
    }

    static String fields(Stored record, boolean isFinal) {
        return "\"rank\":\"" + record.rank() + "\",\"time\":" + record.time() + ",\"final\":" + isFinal + ",\"order\":"
                + record.body() + "}";
    }

    static String fields(long time) {
        return "\"time\":" + time + "}";
    }

    /**
     * Reads all lines.
     *
     * @return the position after the last whole line
     * @throws IOException if a line is damaged, with its number and position
     */
    long read(FileChannel channel, LongConsumer times, Reader reader) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        byte[] line = new byte[1 << 16];
        int length = 0;
        long number = 1;
        long start = 0;
        channel.position(0);
        while (channel.read(buffer.clear()) >= 0) {
            buffer.flip();
            while (buffer.hasRemaining()) {
                byte each = buffer.get();
                if (each == '\n') {
                    take(Arrays.copyOf(line, length), number, start, times, reader);
                    start += length + 1;
                    length = 0;
                    number++;
                } else {
                    if (length == line.length) {
                        if (length > longest) {
                            throw damaged(number, start, "the line is longer than " + longest + " bytes");
                        }
                        line = Arrays.copyOf(line, Math.min(2 * length, longest + 1));
                    }
                    line[length++] = each;
                }
            }
        }
        return start;
    }

    private void take(byte[] line, long number, long start, LongConsumer times, Reader reader) throws IOException {
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
        } catch (CharacterCodingException e) {
            throw damaged(number, start, "not UTF-8");
        }
        if (!text.startsWith(checksum(line, Math.min(CHECKSUM, line.length)))) {
            throw damaged(number, start, "its checksum is wrong");
        }
        String fields = text.substring(CHECKSUM);
        if (number == 1) {
            if (!fields.equals(header)) {
                throw damaged(
                        number, start, "expected the header " + header + "; a newer Stillgate may have written it");
            }
            return;
        }
        Matcher time = TIME.matcher(fields);
        if (time.matches()) {
            times.accept(Long.parseLong(time.group(1)));
            return;
        }
        Matcher parts = FIELDS.matcher(fields);
        if (!parts.matches()) {
            throw damaged(number, start, "its fields are not those of an order");
        }
        try {
            reader.line(new Text(
                    Order.Rank.of(parts.group(1)),
                    Long.parseLong(parts.group(2)),
                    parts.group(3).equals("true"),
                    parts.group(4),
                    line.length + 1));
        } catch (OrderJson.MalformedOrderException e) {
            throw damaged(number, start, String.valueOf(e.getMessage()));
        }
    }

    private IOException damaged(long number, long start, String reason) {
        return new IOException(file + " is damaged in line " + number + " at byte " + start + ": " + reason
                + ". Restore the file from a backup, or remove this line to lose its order");
    }
}
