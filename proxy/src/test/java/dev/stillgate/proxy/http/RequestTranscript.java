package dev.stillgate.proxy.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Reads requests as a connection does, and records the result as text. */
final class RequestTranscript {
    private final Http1Head head = new Http1Head();
    private final Http1HeadParser parser = Http1HeadParser.ofRequests(head, 32 * 1024, 8 * 1024);
    private final ChunkedBody chunks = new ChunkedBody();
    private final StringBuilder seen = new StringBuilder();
    private BodyFraming framing = BodyFraming.NONE;
    private long remaining;
    private boolean inBody;
    private boolean refused;

    private void take(ByteBuf in) {
        try {
            while (in.isReadable()) {
                if (inBody) {
                    body(in);
                } else if (parser.feed(in)) {
                    begin();
                }
            }
        } catch (BadMessage e) {
            refused = true;
            seen.append("[refused]");
        }
    }

    private void begin() throws BadMessage {
        framing = BodyFraming.ofRequest(head);
        seen.append(head.method()).append(' ').append(head.path()).append(head.minorVersion());
        head.forEach((name, value) -> seen.append('|').append(name).append('=').append(value));
        seen.append("|body=");
        remaining = framing.length();
        chunks.reset();
        inBody = true;
        if (framing.kind() == BodyFraming.Kind.NONE || remaining == 0) {
            end();
        }
    }

    private void body(ByteBuf in) throws BadMessage {
        if (framing.kind() == BodyFraming.Kind.CHUNKED) {
            in.readerIndex(chunks.advance(in, in.readerIndex(), in.writerIndex(), this::content));
            if (chunks.done()) {
                end();
            }
        } else {
            int run = (int) Math.min(remaining, in.readableBytes());
            content(in, in.readerIndex(), run);
            in.skipBytes(run);
            remaining -= run;
            if (remaining == 0) {
                end();
            }
        }
    }

    private void content(ByteBuf in, int index, int length) {
        byte[] bytes = new byte[length];
        in.getBytes(index, bytes);
        seen.append(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private void end() {
        seen.append("[end]");
        inBody = false;
        parser.reset();
    }

    private RequestTranscript() {}

    /** Returns the transcript of input cut into pieces of these sizes; the last size repeats. */
    static String of(byte[] bytes, int... sizes) {
        RequestTranscript reader = new RequestTranscript();
        int at = 0;
        for (int i = 0; at < bytes.length && !reader.refused; i++) {
            int run = Math.min(bytes.length - at, sizes[Math.min(i, sizes.length - 1)]);
            reader.take(Unpooled.wrappedBuffer(bytes, at, run));
            at += run;
        }
        return reader.seen.toString();
    }
}
