package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.recording.RecordedExchange;
import dev.stillgate.proxy.recording.Recorder;
import io.netty.buffer.ByteBuf;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The record of one exchange in the making: copies of what passes, on the exchange's event loop. */
final class Recording {
    private static final int MOST_ANSWER = 4 << 20;
    private static final Set<String> CREDENTIALS = Set.of(
            "authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "x-auth-token", "cookie");

    private static final int NOBODY_WAITED = 499;

    /** What the names of this process's connections begin with: no other process of this machine began at that time. */
    private static final String PROCESS = "c-"
            + Long.toString(
                    ProcessHandle.current()
                            .info()
                            .startInstant()
                            .map(Instant::toEpochMilli)
                            .orElse(0L),
                    36)
            + "-"
            + Long.toString(ProcessHandle.current().pid(), 36)
            + "-";

    private final Recorder recorder;
    private byte @Nullable [] request;
    private byte[] answer = {};
    private int answered;
    private boolean takesAnswer;
    private boolean events;
    private boolean complete = true;

    private Recording(Recorder recorder) {
        this.recorder = recorder;
    }

    /** Begins a record, null when nothing is recorded. */
    static @Nullable Recording of(@Nullable Recorder recorder) {
        return recorder == null ? null : new Recording(recorder);
    }

    /** Takes the body that a dialect has read. */
    void request(byte[] bytes, int from, int length) {
        if (hold(length)) {
            request = Arrays.copyOfRange(bytes, from, from + length);
        }
    }

    /** Takes the head of the upstream's answer: only JSON and events, without a coding, are kept. */
    void head(Http1Head head) {
        int type = head.find(KnownHeader.CONTENT_TYPE);
        String name = type < 0 ? "" : head.value(type).toLowerCase(Locale.ROOT);
        events = name.startsWith("text/event-stream");
        takesAnswer = (events || name.startsWith("application/json")) && !head.has(KnownHeader.CONTENT_ENCODING);
    }

    /** Takes a piece of the answer, which stays the caller's. */
    void content(ByteBuf in, int index, int length) {
        if (!takesAnswer) {
            return;
        }
        int needed = answered + length;
        if (needed > answer.length) {
            int grown = Math.max(needed, Math.min(2 * answer.length, MOST_ANSWER));
            if (needed > MOST_ANSWER || !hold(grown - answer.length)) {
                letGo();
                return;
            }
            answer = Arrays.copyOf(answer, grown);
        }
        in.getBytes(index, answer, answered, length);
        answered = needed;
    }

    private boolean hold(int bytes) {
        complete = complete && recorder.hold(bytes);
        return complete;
    }

    /** Forgets the answer. */
    private void letGo() {
        recorder.release(answer.length);
        answer = new byte[0];
        answered = 0;
        takesAnswer = false;
    }

    /**
     * Hands the record over.
     *
     * @param served whether the answer was delivered whole
     */
    void end(ExchangeFacts exchange, boolean served, int status, long endMillis) {
        if (!served || answered == 0) {
            letGo();
        }
        byte[] kept = request;
        if (!complete) {
            recorder.release(answer.length + (kept == null ? 0L : kept.length));
            recorder.drop();
            return;
        }
        byte[] whole = answered == answer.length ? answer : Arrays.copyOf(answer, answered);
        recorder.release(answer.length - whole.length);
        Peer peer = exchange.peer;
        recorder.offer(new RecordedExchange(
                exchange.startMillis(),
                Math.max(endMillis, exchange.startMillis()),
                exchange.account().id(),
                PROCESS + Long.toString(peer.id(), 36),
                peer.http(),
                exchange.address().getHostAddress(),
                peer.ja4(),
                headers(exchange),
                exchange.method(),
                exchange.path(),
                kept,
                status == 0 ? NOBODY_WAITED : status,
                whole.length == 0 ? null : whole,
                events));
    }

    private static List<String> headers(ExchangeFacts exchange) {
        List<String> headers = new ArrayList<>(2 * exchange.headers().size());
        exchange.headers().forEach((name, value) -> {
            if (!CREDENTIALS.contains(name.toLowerCase(Locale.ROOT))) {
                headers.add(name);
                headers.add(value);
            }
        });
        return headers;
    }
}
