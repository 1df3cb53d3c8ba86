package dev.stillgate.proxy.rig;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** HTTP/1.1 client connection for tests that sends and reads raw bytes, without an HTTP library. */
public final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final Runnable answered;

    /**
     * A received response.
     *
     * @param whole whether it ended as framed, else it was cut short
     */
    public record Response(int status, String head, byte[] content, boolean whole) {
        public String text() {
            return new String(content, StandardCharsets.UTF_8);
        }

        public List<String> values(String name) {
            return head.lines()
                    .skip(1)
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .toList();
        }

        public boolean has(String name) {
            return !values(name).isEmpty();
        }
    }

    public RawClient(int port) {
        this(port, 0);
    }

    /** Creates a client with a small receive buffer, unless the size is 0. */
    public RawClient(int port, int receiveBuffer) {
        this(port, receiveBuffer, () -> {});
    }

    /** Creates a client that runs a task after each response. */
    RawClient(int port, int receiveBuffer, Runnable answered) {
        this.answered = answered;
        try {
            socket = new Socket();
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) GatewayRig.SOON.toMillis());
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            in = new java.io.BufferedInputStream(socket.getInputStream(), 16 * 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Creates a client on a connected socket, for example a TLS one. */
    public RawClient(Socket connected) {
        answered = () -> {};
        try {
            socket = connected;
            socket.setSoTimeout((int) GatewayRig.SOON.toMillis());
            in = new java.io.BufferedInputStream(socket.getInputStream(), 16 * 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public RawClient send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawClient send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends in pieces; stops when the gateway accepts no more. */
    public RawClient sendPieces(byte[] bytes, int most, Random random) {
        int at = 0;
        try {
            while (at < bytes.length) {
                int run = Math.min(bytes.length - at, most == 1 ? 1 : 1 + random.nextInt(most));
                socket.getOutputStream().write(bytes, at, run);
                at += run;
            }
        } catch (IOException refusedMeanwhile) {
            return this;
        }
        return this;
    }

    /** Sends in pieces of these sizes, the last of which repeats; stops when the gateway accepts no more. */
    public RawClient sendPieces(byte[] bytes, int... sizes) {
        int at = 0;
        try {
            for (int i = 0; at < bytes.length; i++) {
                int run = Math.min(bytes.length - at, sizes[Math.min(i, sizes.length - 1)]);
                socket.getOutputStream().write(bytes, at, run);
                at += run;
            }
        } catch (IOException refusedMeanwhile) {
            return this;
        }
        return this;
    }

    /** Reads one response to a request other than HEAD. */
    public Response answer() {
        return answer(false);
    }

    public Response answer(boolean toHead) {
        try {
            String head = head();
            int status = Integer.parseInt(head.substring(9, 12));
            Response bare = new Response(status, head, new byte[0], true);
            if (toHead || status < 200 || status == 204 || status == 304) {
                return bare;
            }
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            boolean whole = content(bare, content);
            answered.run();
            return new Response(status, head, content.toByteArray(), whole);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean content(Response head, ByteArrayOutputStream content) throws IOException {
        try {
            if (head.has("transfer-encoding")) {
                return chunks(content);
            }
            if (head.has("content-length")) {
                int length = Integer.parseInt(head.values("content-length").getFirst());
                content.write(in.readNBytes(length));
                return content.size() == length;
            }
            content.write(in.readAllBytes());
            return true;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException reset) {
            return false;
        }
    }

    private boolean chunks(ByteArrayOutputStream content) throws IOException {
        while (true) {
            String size = line();
            if (!size.endsWith("\r\n")) {
                return false;
            }
            int length = Integer.parseInt(size.strip().split(";")[0], 16);
            byte[] data = in.readNBytes(length);
            content.write(data);
            String end = line();
            while (length == 0 && end.contains(":")) { // a trailer
                end = line();
            }
            if (data.length < length || !end.equals("\r\n")) {
                return false;
            }
            if (length == 0) {
                return true;
            }
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int b = in.read();
        while (b >= 0) {
            line.append((char) b);
            if (b == '\n') {
                break;
            }
            b = in.read();
        }
        return line.toString();
    }

    /** Reads a head, including its empty line. */
    public String head() {
        try {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                String line = line();
                if (line.isEmpty()) {
                    throw new IOException("closed in the head: " + head);
                }
                head.append(line);
            }
            return head.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads exactly this many bytes. */
    public String read(int count) {
        try {
            return new String(in.readNBytes(count), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads up to the end of the connection, by FIN or reset. */
    public String rest() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            for (int b = in.read(); b >= 0; b = in.read()) {
                all.write(b);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the gateway did not close; so far: " + all, e);
        } catch (IOException reset) {
            return all.toString(StandardCharsets.ISO_8859_1);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /** Reads up to the end of the connection; returns whether it ended by FIN, and not by a reset. */
    public boolean endsOrderly() {
        try {
            in.readAllBytes();
            return true;
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the gateway did not close", e);
        } catch (IOException reset) {
            return false;
        }
    }

    /** Reads all responses up to the end of the connection and returns their status codes. */
    public List<Integer> statuses() {
        List<Integer> all = new ArrayList<>();
        String rest = rest();
        int at = rest.indexOf("HTTP/1.1 ");
        while (at >= 0) {
            all.add(Integer.parseInt(rest.substring(at + 9, at + 12)));
            at = rest.indexOf("HTTP/1.1 ", at + 9);
        }
        return all;
    }

    public InputStream in() {
        return in;
    }

    public RawClient half() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Closes with a reset. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
