package dev.stillgate.proxy.rig;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** WebSocket client of the JDK that collects the messages it gets, and the code of the Close frame. */
public final class SocketClient implements WebSocket.Listener, AutoCloseable {
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final StringBuilder open = new StringBuilder();
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;

    public SocketClient(int port) {
        socket = http.newWebSocketBuilder()
                .header("Authorization", "Bearer sk-one")
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/v1/responses"), this)
                .join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        open.append(data);
        if (last) {
            messages.add(open.toString());
            open.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket from, ByteBuffer data) {
        messages.add("pong " + data.remaining());
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        messages.add("closed " + code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        messages.add("failed " + error);
    }

    public SocketClient send(String message) {
        socket.sendText(message, true).join();
        return this;
    }

    /** Returns the next message, or what ended the connection. */
    public String next() {
        try {
            String next = messages.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new IllegalStateException("no message within ten seconds");
            }
            return next;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public WebSocket socket() {
        return socket;
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
    }
}
