package dev.stillgate.proxy.rig;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** TCP relay that splits the first TLS record of each connection into smaller records and small segments. */
public final class SlicingRelay implements AutoCloseable {
    private static final int HANDSHAKE = 22;

    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final int record;
    private final int segment;
    private final List<Integer> greetings = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    /**
     * Creates a relay to a port.
     *
     * @param record maximum content of a record, in bytes
     * @param segment maximum number of bytes per write
     */
    public SlicingRelay(int target, int record, int segment) throws IOException {
        this.target = target;
        this.record = record;
        this.segment = segment;
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Returns the size of each first record, in bytes. */
    public List<Integer> greetings() {
        return greetings;
    }

    private void accept() {
        try {
            while (true) {
                Socket caller = server.accept();
                Socket gateway = new Socket(InetAddress.getLoopbackAddress(), target);
                gateway.setTcpNoDelay(true);
                open.add(caller);
                open.add(gateway);
                Thread.ofVirtual().start(() -> greetAndPass(caller, gateway));
                Thread.ofVirtual().start(() -> pass(gateway, caller));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void greetAndPass(Socket caller, Socket gateway) {
        try {
            DataInputStream in = new DataInputStream(caller.getInputStream());
            in.skipNBytes(3);
            byte[] greeting = in.readNBytes(in.readUnsignedShort());
            greetings.add(greeting.length);
            byte[] cut = new byte[greeting.length + 5 * (greeting.length / record + 1)];
            int length = 0;
            for (int at = 0; at < greeting.length; at += record) {
                int content = Math.min(record, greeting.length - at);
                byte[] head = {HANDSHAKE, 3, 1, (byte) (content >> 8), (byte) content};
                System.arraycopy(head, 0, cut, length, head.length);
                System.arraycopy(greeting, at, cut, length + head.length, content);
                length += head.length + content;
            }
            OutputStream out = gateway.getOutputStream();
            for (int at = 0; at < length; at += segment) {
                out.write(cut, at, Math.min(segment, length - at));
            }
            pass(caller, gateway);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void pass(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException closed) {
            // closed by one side
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket each : open) {
            each.close();
        }
    }
}
