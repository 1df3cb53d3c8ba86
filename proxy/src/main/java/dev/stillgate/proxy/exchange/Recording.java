package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.Dialects;
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

/** Collects copies of one exchange's request and response for the {@link Recorder}. Not thread-safe. */
final class Recording {
    private static final int MAX_RESPONSE = 4 << 20;

    /** Fields whose values describe the client software. All other values may be secrets, and are not recorded. */
    private static final Set<String> OF_SOFTWARE = Dialects.withSoftwareFields(
            "accept",
            "accept-encoding",
            "accept-language",
            "connection",
            "content-encoding",
            "content-length",
            "content-type",
            "expect",
            "host",
            "te",
            "transfer-encoding",
            "user-agent");

    /** The recorded status if the client disconnected before the response. */
    private static final int CLIENT_CLOSED = 499;

    /** Prefix of recorded connection names, unique per process on this machine: start time and process id. */
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
    private boolean takesResponse;
    private boolean events;
    private boolean complete = true;

    private Recording(Recorder recorder) {
        this.recorder = recorder;
    }

    /** Returns a new recording, or null if exchanges are not recorded. */
    static @Nullable Recording of(@Nullable Recorder recorder) {
        return recorder == null ? null : new Recording(recorder);
    }

    /** Copies the request body. */
    void request(byte[] bytes, int from, int length) {
        if (hold(length)) {
            request = Arrays.copyOfRange(bytes, from, from + length);
        }
    }

    /**
     * Decides by the response head whether the body is recorded: only JSON and event streams without a content coding.
     */
    void head(Http1Head head) {
        int type = head.find(KnownHeader.CONTENT_TYPE);
        String name = type < 0 ? "" : head.value(type).toLowerCase(Locale.ROOT);
        events = name.startsWith("text/event-stream") || name.startsWith("application/vnd.amazon.eventstream");
        takesResponse = (events || name.startsWith("application/json")) && !head.has(KnownHeader.CONTENT_ENCODING);
    }

    /** Copies a piece of the response; does not take ownership of {@code in}. */
    void content(ByteBuf in, int index, int length) {
        if (!takesResponse) {
            return;
        }
        int needed = answered + length;
        if (needed > answer.length) {
            int grown = Math.max(needed, Math.min(2 * answer.length, MAX_RESPONSE));
            if (needed > MAX_RESPONSE || !hold(grown - answer.length)) {
                dropResponse();
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

    private void dropResponse() {
        recorder.release(answer.length);
        answer = new byte[0];
        answered = 0;
        takesResponse = false;
    }

    /**
     * Passes the recorded exchange to the recorder, or drops it if the recorder had no memory for it.
     *
     * @param served whether the response was delivered completely
     */
    void end(ExchangeFacts exchange, boolean served, int status, long endMillis) {
        if (!served || answered == 0) {
            dropResponse();
        }
        byte[] kept = request;
        if (!complete) {
            recorder.release(answer.length + (kept == null ? 0L : kept.length));
            recorder.drop();
            return;
        }
        byte[] whole = answered == answer.length ? answer : Arrays.copyOf(answer, answered);
        recorder.release(answer.length - whole.length);
        Peer peer = exchange.peer();
        recorder.offer(new RecordedExchange(
                exchange.startMillis(),
                Math.max(endMillis, exchange.startMillis()),
                exchange.account().id(),
                exchange.policy().generation(),
                exchange.policy().sha256(),
                PROCESS + Long.toString(peer.id(), 36),
                peer.http(),
                exchange.address().getHostAddress(),
                peer.ja4(),
                headers(exchange),
                exchange.method(),
                exchange.path(),
                kept,
                status == 0 ? CLIENT_CLOSED : status,
                whole.length == 0 ? null : whole,
                events));
    }

    /** Returns names and values of the header fields, with an empty text for a value that may be a secret. */
    private static List<String> headers(ExchangeFacts exchange) {
        List<String> headers = new ArrayList<>(2 * exchange.headers().size());
        List<String> dropped = exchange.droppedNames();
        exchange.headers().forEach((name, value) -> {
            String lowerCase = name.toLowerCase(Locale.ROOT);
            if (!dropped.contains(lowerCase)) {
                headers.add(name);
                headers.add(OF_SOFTWARE.contains(lowerCase) || lowerCase.startsWith("x-stainless-") ? value : "");
            }
        });
        return headers;
    }
}
