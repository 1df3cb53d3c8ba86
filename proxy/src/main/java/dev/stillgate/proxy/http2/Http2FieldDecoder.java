package dev.stillgate.proxy.http2;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http2Fields;
import dev.stillgate.spi.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * Undoes the compression of a connection's field sections (HPACK, RFC 7541) and hands their fields to a reader in the
 * order in which they came. A section that becomes too large is decoded to its end all the same, since the ones after it
 * build on it; but nothing of the excess is kept.
 */
public final class Http2FieldDecoder extends DefaultHttp2HeadersDecoder {
    private final Http2Fields reader;
    private final Fields fields = new Fields();

    /** Passes fields on in place of keeping them. */
    private final class Fields extends DefaultHttp2Headers {
        Fields() {
            super(false);
        }

        @Override
        public Http2Headers add(CharSequence name, CharSequence value) {
            reader.field(name, value);
            return this;
        }
    }

    /**
     * A decoder.
     *
     * @param maxSize the largest section, in bytes as SETTINGS_MAX_HEADER_LIST_SIZE counts them
     */
    public Http2FieldDecoder(Http2Fields reader, int maxSize) {
        super(false, maxSize);
        this.reader = reader;
    }

    @Override
    protected Http2Headers newHeaders() {
        return fields;
    }

    /**
     * Decodes a whole section.
     *
     * @throws Http2Fault when it cannot be decoded, and so none after it
     * @throws BadMessage when it is too large
     */
    public void decode(int stream, ByteBuf block) throws Http2Fault, BadMessage {
        try {
            decodeHeaders(stream, block);
        } catch (Http2Exception e) {
            if (Http2Exception.isStreamError(e)) {
                throw new BadMessage(
                        Verdict.Kind.HEADERS_TOO_LARGE,
                        "headers-too-large",
                        "The request's header section is too large.");
            }
            throw new Http2Fault(Http2Wire.COMPRESSION_ERROR, "http2-compression");
        }
    }
}
