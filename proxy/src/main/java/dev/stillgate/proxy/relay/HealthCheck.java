package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.Http1Head;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Periodic health check of one endpoint. Confined to one event loop. */
final class HealthCheck implements ResponseListener {
    private static final Logger LOG = LoggerFactory.getLogger(HealthCheck.class);
    private static final int LONGEST_ANSWER = 64 * 1024;

    private final UpstreamEndpoint endpoint;
    private final UpstreamPool pool;
    private UpstreamGroup.@Nullable Health terms;
    private String upstream = "";
    private @Nullable UpstreamStream connection;
    private boolean asking;
    private long asked;
    private long due;
    private int inARow;
    private int length;
    private int status;

    /** Creates a check that is due immediately. */
    HealthCheck(UpstreamEndpoint endpoint, UpstreamPool pool, long now) {
        this.endpoint = endpoint;
        this.pool = pool;
        this.due = now;
    }

    void tick(long now, UpstreamGroup group, UpstreamGroup.Health current) {
        upstream = group.name();
        terms = current;
        if (asking) {
            if (now - asked >= current.timeout().toNanos()) {
                over(false);
            }
        } else if (now - due >= 0) {
            long interval = current.interval().toNanos();
            due = now + interval - ThreadLocalRandom.current().nextLong(interval / 10 + 1);
            asked = now;
            ask(group.connections());
        }
    }

    private void ask(UpstreamPool.Terms connections) {
        asking = true;
        length = 0;
        status = 0;
        pool.probe(endpoint, connections, this);
    }

    @Override
    public void onOpening(UpstreamStream stream) {
        connection = stream;
    }

    @Override
    public void onConnected() {
        UpstreamStream open = connection;
        UpstreamGroup.Health current = terms;
        if (open != null && current != null && asking) {
            byte[] request = ("GET " + current.path() + " HTTP/1.1\r\nhost: " + endpoint
                            + "\r\nuser-agent: stillgate\r\naccept: */*\r\nconnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            open.send(ByteBufAllocator.DEFAULT.directBuffer(request.length).writeBytes(request), false, true);
        }
    }

    @Override
    public void onConnectFailed(Throwable cause) {
        if (cause instanceof NoDescriptorsException) {
            close(); // the endpoint was not contacted
        } else {
            over(false);
        }
    }

    @Override
    public boolean takesSwitch(Http1Head head) {
        return false;
    }

    @Override
    public void onHead(Http1Head head, BodyFraming framing) {
        status = head.status();
    }

    @Override
    public void onContent(ByteBuf in, int index, int count) {
        length += count;
    }

    @Override
    public void onBytes(ByteBuf bytes) {
        bytes.release();
        if (length > LONGEST_ANSWER) {
            over(false);
        }
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onEnd() {
        over(status >= 200 && status < 300);
    }

    @Override
    public void onBroken(String code) {
        over(false);
    }

    @Override
    public void onUnread(String code, boolean refused) {
        over(false);
    }

    @Override
    public void onWritable() {}

    private void over(boolean well) {
        if (!asking) {
            return;
        }
        asking = false;
        close();
        UpstreamGroup.Health current = terms;
        if (current == null) {
            return;
        }
        boolean wasWell = !endpoint.health().isUnwell();
        inARow = well == wasWell ? 0 : inARow + 1;
        if (inARow >= (well ? current.healthyAfter() : current.unhealthyAfter())) {
            inARow = 0;
            endpoint.health().checked(well, pool.now());
            LOG.warn("{} of upstream {} is {}", endpoint.where(), upstream, well ? "well again" : "not well");
        }
    }

    /** Cancels a check in progress. */
    void close() {
        UpstreamStream open = connection;
        connection = null;
        asking = false;
        if (open != null) {
            open.cancel();
        }
    }
}
