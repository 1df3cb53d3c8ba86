package dev.stillgate.proxy.relay;

import dev.stillgate.proxy.http.BodyFraming;
import dev.stillgate.proxy.http.ContentPieces;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.relay.UpstreamPool.NoDescriptorsException;
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
    private static final int MAX_RESPONSE = 64 * 1024;

    private final UpstreamEndpoint endpoint;
    private final UpstreamPool pool;
    private UpstreamGroup.@Nullable Health options;
    private String upstream = "";
    private @Nullable UpstreamStream connection;
    private boolean pending;
    private long startedAt;
    private long due;
    private int consecutive;
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
        options = current;
        if (pending) {
            if (now - startedAt >= current.timeout().toNanos()) {
                finish(false);
            }
        } else if (now - due >= 0) {
            long interval = current.interval().toNanos();
            due = now + interval - ThreadLocalRandom.current().nextLong(interval / 10 + 1);
            startedAt = now;
            start(group.connections());
        }
    }

    private void start(UpstreamConnections.Options connections) {
        pending = true;
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
        UpstreamGroup.Health current = options;
        if (open != null && current != null && pending) {
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
            finish(false);
        }
    }

    @Override
    public boolean acceptsSwitch(Http1Head head) {
        return false;
    }

    @Override
    public void onHead(Http1Head head, BodyFraming framing) {
        status = head.status();
    }

    @Override
    public void onRead(ByteBuf bytes, ContentPieces content) {
        bytes.release();
        length += content.total();
        if (length > MAX_RESPONSE) {
            finish(false);
        }
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onEnd() {
        finish(status >= 200 && status < 300);
    }

    @Override
    public void onBroken(String code) {
        finish(false);
    }

    @Override
    public void onUnprocessed(String code, boolean refused) {
        finish(false);
    }

    @Override
    public void onWritable() {}

    private void finish(boolean healthy) {
        if (!pending) {
            return;
        }
        pending = false;
        close();
        UpstreamGroup.Health current = options;
        if (current == null) {
            return;
        }
        boolean wasHealthy = !endpoint.health().isUnwell();
        consecutive = healthy == wasHealthy ? 0 : consecutive + 1;
        if (consecutive >= (healthy ? current.healthyAfter() : current.unhealthyAfter())) {
            consecutive = 0;
            endpoint.health().checked(healthy, pool.now());
            LOG.warn("{} of upstream {} is {}", endpoint.where(), upstream, healthy ? "healthy again" : "unhealthy");
        }
    }

    /** Cancels a check in progress. */
    void close() {
        UpstreamStream open = connection;
        connection = null;
        pending = false;
        if (open != null) {
            open.cancel();
        }
    }
}
