package dev.stillgate.proxy.orders;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stillgate.spi.files.StateFile;
import dev.stillgate.spi.orders.Order;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Number of orders that a journal has at least, and the newest of them: {@code {"crc32c":"0a1b2c3d","orders":6,"newest":"…",
 * "rank":"17-0"}} in the file {@code orders.jsonl.count}, which is overwritten in place.
 *
 * @param newest id of the order with the greatest rank, empty for an unknown one
 */
record JournalCount(int orders, String newest, Order.Rank rank) {
    /** End of the file's name, after that of the journal. */
    static final String SUFFIX = ".count";

    private static final Logger LOG = LoggerFactory.getLogger(JournalCount.class);
    private static final Pattern LINE = Pattern.compile(
            "(\\{\"crc32c\":\"[0-9a-f]{8}\",)(\"orders\":([0-9]{1,9}),\"newest\":\"([^\"]*)\",\"rank\":\"([0-9]{1,18}-[0-9]{1,18})\"}) *\n");

    /** Longest line: all have one length, so that each replaces the one before in one sector of the disk. */
    private static final int LENGTH = 160;

    private static Path file(Path journal) {
        return journal.resolveSibling(journal.getFileName() + SUFFIX);
    }

    /** Returns what was written for a journal, null if that is nothing, as by an earlier version, or cannot be read. */
    static @Nullable JournalCount of(Path journal) throws IOException {
        String line;
        try {
            line = Files.readString(file(journal));
        } catch (NoSuchFileException e) {
            return null;
        }
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()
                || !JournalFile.checksum(parts.group(2).getBytes(UTF_8), 0).equals(parts.group(1))) {
            LOG.warn("{} is damaged: nothing tells whether the journal has all orders", file(journal));
            return null;
        }
        return new JournalCount(Integer.parseInt(parts.group(3)), parts.group(4), Order.Rank.of(parts.group(5)));
    }

    /** Returns the least number of orders that are missing among some ids. */
    int lost(Set<String> ids) {
        boolean hasNewest = newest.isEmpty() || ids.contains(newest);
        return Math.max(hasNewest ? 0 : 1, orders - ids.size());
    }

    /** @param force whether it must be on the disk when the method returns */
    void write(Path journal, boolean force) throws IOException {
        String fields = "\"orders\":" + orders + ",\"newest\":\"" + newest + "\",\"rank\":\"" + rank + "\"}";
        String line = JournalFile.checksum(fields.getBytes(UTF_8), 0) + fields;
        byte[] bytes = (line + " ".repeat(LENGTH - line.length()) + "\n").getBytes(UTF_8);
        Path file = file(journal);
        try (FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), StateFile.ownerOnly(file))) {
            channel.write(ByteBuffer.wrap(bytes), 0);
            if (force) {
                channel.force(true);
            }
        }
    }
}
