package dev.stillgate.proxy.replay;

import static dev.stillgate.proxy.replay.HttpStream.ascii;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;

/**
 * An upstream that sends the response which the field {@code x-replay} names, in pieces of the size that it names, each
 * with a write of its own. A response of its own carries {@code x-replayed}.
 */
final class ReplayUpstream implements AutoCloseable {
    private final ServerSocketChannel server;
    private final List<Script> scripts;

    ReplayUpstream(List<Script> scripts) throws IOException {
        this.scripts = scripts;
        this.server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().name("replay-accept").start(this::accept);
    }

    int port() {
        return server.socket().getLocalPort();
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel connection = server.accept();
                Thread.ofPlatform().daemon().name("replay").start(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (connection) {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            HttpStream in = new HttpStream(Channels.newInputStream(connection));
            for (HttpStream.Message request = in.read(); request != null; request = in.read()) {
                answer(connection, request);
            }
        } catch (IOException gone) {
            // the gateway has closed; what the client then lacks is its failure
        }
    }

    private void answer(SocketChannel connection, HttpStream.Message request) throws IOException {
        Replay replay = Replay.parse(request.field("x-replay"));
        Script script = scripts.get(replay.script());
        boolean same = Arrays.equals(script.request(), request.content())
                && request.start().equals(script.method() + " " + script.path() + " HTTP/1.1");
        byte[] body = script.answer().body();
        String framing = replay.chunked() ? "transfer-encoding: chunked" : "content-length: " + body.length;
        write(
                connection,
                ascii("HTTP/1.1 " + script.status() + " Replayed\r\ncontent-type: "
                        + script.answer().contentType() + "\r\nx-replayed: " + (same ? "same" : "other request")
                        + "\r\n" + framing + "\r\n\r\n"));
        for (int at = 0; at < body.length; at += replay.size()) {
            int length = Math.min(replay.size(), body.length - at);
            write(connection, replay.chunked() ? chunk(body, at, length) : ByteBuffer.wrap(body, at, length));
        }
        if (replay.chunked()) {
            write(connection, ascii("0\r\n\r\n"));
        }
    }

    private static ByteBuffer chunk(byte[] body, int at, int length) {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream(length + 16);
        chunk.writeBytes(ascii(Integer.toHexString(length) + "\r\n"));
        chunk.write(body, at, length);
        chunk.writeBytes(ascii("\r\n"));
        return ByteBuffer.wrap(chunk.toByteArray());
    }

    private static void write(SocketChannel connection, byte[] bytes) throws IOException {
        write(connection, ByteBuffer.wrap(bytes));
    }

    private static void write(SocketChannel connection, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
