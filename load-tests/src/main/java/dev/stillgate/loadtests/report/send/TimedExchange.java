package dev.stillgate.loadtests.report.send;

import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One request and the times of its response. Thread-safe. */
final class TimedExchange implements HttpResponse.BodyHandler<Void> {
    private static final int OK = 200;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int MOST_BYTES = 16 << 20;
    private static final int LONGEST_TEXT = 300;

    private final int index;
    private final boolean stream;
    private final long intended;
    private final LongSupplier clock;
    private final long started;

    private final ResponseFacts facts = new ResponseFacts();
    private final EventLines lines = new EventLines(facts);
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
    private long firstEvent = RequestRecord.NONE;
    private long ended = RequestRecord.NONE;
    private int status;
    private boolean isStream;
    private @Nullable String ownCode;

    /** @param clock nanoseconds since the start of the run */
    TimedExchange(int index, boolean stream, long intended, LongSupplier clock) {
        this.index = index;
        this.stream = stream;
        this.intended = intended;
        this.clock = clock;
        this.started = clock.getAsLong();
    }

    @Override
    public synchronized HttpResponse.BodySubscriber<Void> apply(HttpResponse.ResponseInfo info) {
        status = info.statusCode();
        isStream = status == OK
                && info.headers().firstValue("content-type").orElse("").startsWith("text/event-stream");
        ownCode = info.headers().firstValue("x-stillgate-code").orElse(null);
        return new Subscriber();
    }

    private synchronized void read(List<ByteBuffer> buffers, long at) {
        if (firstEvent == RequestRecord.NONE) {
            firstEvent = at;
        }
        for (ByteBuffer bytes : buffers) {
            if (isStream) {
                lines.read(bytes, at);
            } else if (body.size() < MOST_BYTES) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                body.writeBytes(copy);
            }
        }
    }

    /** Records the end of the response; only the first call counts. */
    synchronized void end(@Nullable String why) {
        if (ended != RequestRecord.NONE) {
            return;
        }
        ended = clock.getAsLong();
        if (!isStream && status != 0) {
            facts.body(body.toByteArray(), status);
        }
        if (why != null) {
            facts.error = why;
        } else if (facts.error == null && !facts.isWhole) {
            facts.error = "the response is incomplete";
        }
    }

    /** Returns the record; the exchange must have ended. */
    synchronized RequestRecord toRecord() {
        Outcome outcome = outcome();
        int tokens = facts.outputTokens == RequestRecord.NONE && isStream ? facts.outputs.size() : facts.outputTokens;
        return new RequestRecord(
                index,
                stream,
                intended,
                started,
                firstEvent,
                ended,
                facts.events,
                List.copyOf(facts.outputs),
                facts.inputTokens,
                tokens,
                status,
                outcome,
                shortened(ownCode == null ? facts.code : ownCode),
                outcome == Outcome.COMPLETED ? null : shortened(facts.error),
                shortened(facts.model));
    }

    private Outcome outcome() {
        if (status == FORBIDDEN || status == TOO_MANY_REQUESTS) {
            return Outcome.REFUSED;
        }
        return status == OK && facts.error == null ? Outcome.COMPLETED : Outcome.FAILED;
    }

    /** Returns a text of a server as valid Unicode, not longer than a line. */
    private static @Nullable String shortened(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String part = text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT) + "…";
        return new String(part.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** Takes the time before the bytes are parsed. */
    private final class Subscriber implements HttpResponse.BodySubscriber<Void> {
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        @Override
        public CompletionStage<Void> getBody() {
            return done;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            read(buffers, clock.getAsLong());
        }

        @Override
        public void onError(Throwable problem) {
            done.completeExceptionally(problem);
        }

        @Override
        public void onComplete() {
            end(null);
            done.complete(null);
        }
    }
}
