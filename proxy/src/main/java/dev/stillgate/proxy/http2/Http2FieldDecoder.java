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
 * HPACK decoder (RFC 7541) of one connection. Passes each field on in order instead of collecting them. An oversized
 * section is decoded to its end, because later sections depend on the dynamic table, but its excess is not passed on.
 */
public final class Http2FieldDecoder extends DefaultHttp2HeadersDecoder {
    private final Http2Fields reader;
    private final Fields fields = new Fields();

    /** Passes fields on instead of storing them. */
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
     * Creates the decoder of a connection.
     *
     * @param maxSize the largest section, in bytes as SETTINGS_MAX_HEADER_LIST_SIZE counts them (RFC 9113 section
     *     6.5.2)
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
     * Decodes a complete section.
     *
     * @throws Http2Fault when the section cannot be decoded, and therefore none after it (RFC 9113 section 4.3)
     * @throws BadMessage when the section is too large
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
