package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.relay.TestEndpoint;
import dev.stillgate.proxy.rig.StrictRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;

/** Fuzz target: a forwarded request head is exactly one request according to a strict parser, without further bytes. */
public final class ForwardedHeadFuzz {
    private static final int LENGTH = 3;

    private ForwardedHeadFuzz() {}

    /**
     * Runs one input.
     *
     * @param data the first byte selects how the head is forwarded; the rest is the head
     */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        Http1Head head = new Http1Head();
        try {
            ByteBuf in = Unpooled.wrappedBuffer(Arrays.copyOfRange(data, 1, data.length));
            if (Http1HeadParser.ofRequests(head, 32 * 1024, 8 * 1024).feed(in)) {
                BodyFraming.ofRequest(head);
                boolean refused = head.bytes()[head.targetStart()] != '/'
                        || head.countOf(KnownHeader.AUTHORIZATION) > 1
                        || head.countOf(KnownHeader.X_API_KEY) > 1;
                if (!refused) {
                    check(head, data[0]);
                }
            }
        } catch (BadMessage refused) {
            // rejected: nothing is forwarded
        }
    }

    private static void check(Http1Head head, int how) {
        ByteBuf out = Unpooled.buffer();
        boolean trusted = (how & 1) != 0;
        long length = (how & 2) != 0 ? LENGTH : ForwardedHead.NO_BODY;
        ForwardedHead.write(
                out,
                head,
                TestEndpoint.of("127.0.0.1:1"),
                new ForwardedFor(InetAddress.getLoopbackAddress(), trusted ? 1 : 0, entry -> {}),
                RequestId.of(head, 7),
                (how & 4) != 0,
                (how & 8) != 0,
                0,
                (how & 16) != 0 ? List.of("x-a", "accept") : List.of(),
                length);
        out.writeZero(length > 0 ? LENGTH : 0);
        byte[] sent = Arrays.copyOf(out.array(), out.readableBytes());
        ByteArrayInputStream in = new ByteArrayInputStream(sent);
        try {
            StrictRequest.read(in);
        } catch (IOException | StrictRequest.Ended | StrictRequest.Violation e) {
            throw new IllegalStateException(
                    "not a request: " + out.toString(java.nio.charset.StandardCharsets.UTF_8), e);
        }
        if (in.available() > 0) {
            throw new IllegalStateException(in.available() + " bytes after the request");
        }
    }
}
