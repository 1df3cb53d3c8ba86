package dev.stillgate.loadtests.flood;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hostile connections that are held open. A third of the half-open ones sends nothing, a third sends a part of a head,
 * a third sends one byte of a body per second. The others request a long stream and never read it. Closed half-open
 * connections are reopened.
 */
final class HostileConnections implements AutoCloseable {
    private static final String SOURCE = "127.0.0.2"; // a separate address, so that limits per address apply
    private static final int SHUT_WINDOW = 2048;
    private static final long DRIP_MILLIS = 1000;
    private static final int BURST = 50;

    private final InetSocketAddress target;
    private final String key;
    private final Selector selector = Selector.open();
    private final List<SocketChannel> stuck = new ArrayList<>();
    private final int halfOpen;
    private final int unread;
    private volatile boolean closing;
    private volatile int open;
    private final AtomicInteger reopened = new AtomicInteger();

    /** Creates the connections without opening them. */
    HostileConnections(InetSocketAddress target, String key, int halfOpen, int unread) throws IOException {
        this.target = target;
        this.key = key;
        this.halfOpen = halfOpen;
        this.unread = unread;
    }

    /** Opens all connections and keeps them open in the background. */
    void open() throws IOException, InterruptedException {
        for (int i = 0; i < halfOpen; i++) {
            openHalf(i);
            pause(i);
        }
        for (int i = 0; i < unread; i++) {
            SocketChannel channel = connect(SHUT_WINDOW);
            channel.write(ByteBuffer.wrap(stream()));
            stuck.add(channel);
            pause(i);
        }
        open = halfOpen;
        Thread.ofPlatform().daemon().name("hostile").start(this::keepOpen);
    }

    private static void pause(int count) throws InterruptedException {
        if (count % BURST == BURST - 1) {
            Thread.sleep(10); // avoids an overflow of the listener's backlog
        }
    }

    private SocketChannel connect(int receiveBuffer) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (receiveBuffer > 0) {
            channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
        }
        channel.bind(new InetSocketAddress(SOURCE, 0));
        channel.connect(target);
        return channel;
    }

    private void openHalf(int kind) throws IOException {
        SocketChannel channel = connect(0);
        if (kind % 3 == 1) {
            channel.write(ascii("POST /v1/messages HTTP/1.1\r\nhost: flood\r\nx-a: "));
        } else if (kind % 3 == 2) {
            channel.write(
                    ascii(
                            "POST /v1/messages HTTP/1.1\r\nhost: f\r\ncontent-type: application/json\r\ncontent-length: 1000000\r\n\r\n"));
        }
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, kind);
    }

    private void keepOpen() {
        long dripped = System.currentTimeMillis();
        try {
            while (!closing) {
                selector.select(100);
                for (SelectionKey ready : selector.selectedKeys()) {
                    readOrReopen(ready);
                }
                selector.selectedKeys().clear();
                if (System.currentTimeMillis() - dripped >= DRIP_MILLIS) {
                    dripped = System.currentTimeMillis();
                    selector.keys().forEach(HostileConnections::sendByte);
                }
            }
        } catch (IOException e) {
            System.out.println("the flood ended: " + e.getMessage());
        }
    }

    private void readOrReopen(SelectionKey ready) throws IOException {
        SocketChannel channel = (SocketChannel) ready.channel();
        int count;
        try {
            count = channel.read(ByteBuffer.allocate(1024));
        } catch (IOException reset) {
            count = -1;
        }
        if (count < 0) {
            int kind = (Integer) ready.attachment();
            channel.close();
            reopened.incrementAndGet();
            openHalf(kind);
        }
    }

    private static void sendByte(SelectionKey each) {
        if (each.isValid() && (Integer) each.attachment() % 3 == 2) {
            try {
                ((SocketChannel) each.channel()).write(ascii(" "));
            } catch (IOException closed) {
                return; // the selector reports it too
            }
        }
    }

    private byte[] stream() {
        String body = "{\"model\":\"stub-1\",\"max_tokens\":4096,\"stream\":true,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Tell me all of it.\"}]}";
        return ("POST /v1/messages HTTP/1.1\r\nhost: flood\r\nx-api-key: " + key
                        + "\r\ncontent-type: application/json\r\nx-stub: events=1000,size=20000000\r\ncontent-length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns the number of connections and of reopened ones as text. */
    String state() {
        return open + " half-open (closed and reopened " + reopened + " times), " + stuck.size() + " that never read";
    }

    @Override
    public void close() throws IOException {
        closing = true;
        selector.wakeup();
        for (SelectionKey each : List.copyOf(selector.keys())) {
            each.channel().close();
        }
        for (SocketChannel each : stuck) {
            each.close();
        }
        selector.close();
    }
}
