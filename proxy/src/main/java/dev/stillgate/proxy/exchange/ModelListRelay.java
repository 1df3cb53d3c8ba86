package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.ModelList;
import dev.stillgate.proxy.exchange.body.BodyBuffer;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.spi.Access;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;

/**
 * Relay of a list of models that holds the list until it is complete, and takes out the models that the account may not
 * use. A list that is too large or cannot be read is not forwarded.
 */
final class ModelListRelay extends ResponseRelay {
    private static final long MAX_BYTES = 4 << 20;

    private final EventLoopContext context;
    private final Access access;
    private final BodyBuffer buffer;
    private boolean readable = true;

    /**
     * Sends the response head.
     *
     * @param client the address that the memory is charged to
     */
    ModelListRelay(RelayParts parts, Access access, InetAddress client) {
        super(parts, true);
        this.context = parts.context();
        this.access = access;
        this.buffer = new BodyBuffer(context.shared().budget(), client, MAX_BYTES);
    }

    @Override
    void read(ByteBuf bytes, ContentPieces content) {
        try {
            int start = bytes.readerIndex();
            for (int i = 0; readable && i < content.count(); i++) {
                readable = buffer.add(bytes, start + content.offset(i), content.length(i)) == BodyBuffer.Added.YES;
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    void end() {
        super.end();
        byte[] list = readable ? ModelList.filtered(buffer.bytes(), buffer.length(), access::allowsModel) : null;
        readable = list != null;
        if (list != null) {
            forward(context.buffer(list.length).writeBytes(list));
        }
    }

    /** Returns whether the list could be read so far. */
    boolean isReadable() {
        return readable;
    }

    @Override
    boolean isWhole(boolean atChunkBoundary) {
        return false;
    }

    @Override
    void close() {
        super.close();
        buffer.release();
    }
}
