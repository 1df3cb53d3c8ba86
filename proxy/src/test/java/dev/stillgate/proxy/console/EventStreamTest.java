package dev.stillgate.proxy.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.console.EventStream.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Server-sent events: numbering, resumption, lines of the log, and the number of listeners. */
class EventStreamTest {
    private static final Pattern ID = Pattern.compile("id: ([0-9]+)\n");

    private final AtomicInteger asked = new AtomicInteger();
    private EventStream stream = stream(null);

    private EventStream stream(Path log) {
        return new EventStream(
                () -> List.of(new Event("now", "{\"n\":" + asked.incrementAndGet() + "}")),
                log,
                Duration.ofMillis(5),
                Duration.ofMillis(100));
    }

    @AfterEach
    void close() {
        stream.close();
    }

    private String served(long lastId, boolean withLog) throws IOException, InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        stream.serve(out, lastId, withLog);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static List<Long> ids(String text) {
        List<Long> ids = new ArrayList<>();
        for (Matcher matcher = ID.matcher(text); matcher.find(); ) {
            ids.add(Long.valueOf(matcher.group(1)));
        }
        return ids;
    }

    @Test
    void idsIncreaseAndAListenerWhoReturnsMissesNothing() throws IOException, InterruptedException {
        List<Long> first = ids(served(0, false));
        assertThat(first).hasSizeGreaterThan(1).isSorted().doesNotHaveDuplicates();
        List<Long> second = ids(served(first.getFirst(), false));
        assertThat(second.getFirst()).isEqualTo(first.getFirst() + 1);
        assertThat(second).containsAll(first.subList(1, first.size()));
    }

    @Test
    void eventsHaveTheFormOfTheStandard() throws IOException, InterruptedException {
        assertThat(served(0, false))
                .startsWith("retry: 500\n\n")
                .containsPattern("id: [0-9]+\nevent: now\ndata: \\{\"n\":1}\n\n");
    }

    @Test
    void theSourceIsNotAskedWithoutListeners() throws IOException, InterruptedException {
        served(0, false);
        CountDownLatch quiet = new CountDownLatch(1);
        int before = -1;
        for (int i = 0; i < 200 && before != asked.get(); i++) {
            before = asked.get();
            assertThat(quiet.await(40, java.util.concurrent.TimeUnit.MILLISECONDS))
                    .isFalse();
        }
        assertThat(asked.get()).isEqualTo(before);
    }

    @Test
    void aSourceThatFailsDoesNotEndTheStream() throws IOException, InterruptedException {
        stream.close();
        stream = new EventStream(
                () -> {
                    if (asked.incrementAndGet() == 1) {
                        throw new IllegalStateException("scripted");
                    }
                    return List.of(new Event("now", "{}"));
                },
                null,
                Duration.ofMillis(5),
                Duration.ofMillis(100));
        assertThat(ids(served(0, false))).isNotEmpty();
    }

    @Test
    void linesOfTheLogAreSentToThoseWhoWantThem(@TempDir Path directory) throws IOException, InterruptedException {
        Path log = directory.resolve("access.log");
        Files.writeString(log, "{\"old\":1}\n");
        stream.close();
        stream = stream(log);
        OutputStream appending = new ByteArrayOutputStream() {
            @Override
            public void flush() throws IOException {
                Files.writeString(log, "{\"new\":" + asked.get() + "}\n{\"half\":", StandardOpenOption.APPEND);
                Files.writeString(log, "1}\n", StandardOpenOption.APPEND);
            }
        };
        stream.serve(appending, 0, true);
        assertThat(appending.toString())
                .contains("event: exchange\ndata: {\"new\":")
                .doesNotContain("old");
        assertThat(served(0, false)).doesNotContain("event: exchange");
    }

    @Test
    void listenersAreLimited() {
        int entered = 0;
        while (stream.enter()) {
            entered++;
        }
        assertThat(entered).isEqualTo(16);
        stream.leave();
        assertThat(stream.enter()).isTrue();
    }
}
