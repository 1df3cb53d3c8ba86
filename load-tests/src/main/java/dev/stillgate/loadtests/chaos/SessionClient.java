package dev.stillgate.loadtests.chaos;

import static dev.stillgate.loadtests.chaos.Http1Model.ascii;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Client of Realtime sessions, of which some leave within one. The others must get every event in order, and a Close
 * frame unless the upstream ended within a frame or by a reset: the connection never just ends.
 */
record SessionClient(int port, SplittableRandom random, Counters counters, BooleanSupplier more) implements Runnable {
    /** Actions by number; higher numbers read to the end. */
    private static final String[] ACTS = {"closes", "resets", "ends its output within a frame", "sends a Close frame"};

    private static final String HANDSHAKE = String.join(
            "\r\n",
            "GET /v1/realtime?model=m HTTP/1.1",
            "host: h",
            "x-api-key: sk-polite",
            "connection: upgrade",
            "upgrade: websocket",
            "sec-websocket-version: 13",
            "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
            "\r\n");
    private static final int CLOSES = 3;
    private static final int RESET = -1;
    private static final int ENDS_WITHIN_FRAME = -2;
    private static final int TWO_BYTES = 126;

    @Override
    public void run() {
        while (more.getAsBoolean()) {
            int act = random.nextInt(10);
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                socket.setSoTimeout(Http1Client.TIMEOUT_MILLIS);
                converse(socket, act);
            } catch (SocketTimeoutException e) {
                counters.count("stuck: session");
            } catch (SocketException e) {
                counters.count("client: session reset at its start"); // a reset overtakes what was sent before it
            } catch (IOException e) {
                counters.count((act < ACTS.length ? "client: " : "wrong: ") + "session broken, " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void converse(Socket socket, int act) throws IOException, InterruptedException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        OutputStream out = socket.getOutputStream();
        out.write(ascii(HANDSHAKE));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        if (!head.toString().startsWith("HTTP/1.1 101 ")) {
            throw new IOException(head.substring(0, 12));
        }
        counters.count("client: session " + (act < ACTS.length ? ACTS[act] : "reads to the end"));
        if (act >= CLOSES) {
            out.write(
                    act == CLOSES
                            ? SessionModel.closing(1000, 0x80)
                            : new byte[] {(byte) 0x89, (byte) 0x80, 0, 0, 0, 0});
            read(in, act != CLOSES);
            return;
        }
        in.readNBytes(random.nextInt(4_000));
        if (act == 1) {
            socket.setSoLinger(true, 0);
        } else if (act == 2) {
            out.write(new byte[] {(byte) 0x81, (byte) 0xfe, 1});
            socket.shutdownOutput();
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    /** Reads to the end; a client that has sent a Close frame itself may get none. */
    private void read(DataInputStream in, boolean strict) {
        int act = SessionModel.RESETS; // as long as nothing has arrived
        int events = 0;
        int seen = -1;
        int code = 0;
        try {
            for (int first = in.read(); first >= 0; first = in.read()) {
                byte[] payload = frame(in, first);
                if (first == SessionModel.CLOSE) {
                    code = ByteBuffer.wrap(payload).getShort();
                } else if (seen < 0) {
                    act = ByteBuffer.wrap(payload).getInt();
                    events = ByteBuffer.wrap(payload).getInt(4);
                    seen = 0;
                } else if (code != 0 || !Arrays.equals(payload, SessionModel.event(seen++))) {
                    counters.count("wrong: session with another frame than it should have");
                    return;
                }
            }
        } catch (EOFException e) {
            code = ENDS_WITHIN_FRAME;
        } catch (IOException reset) {
            code = code == 0 ? RESET : code;
        }
        boolean whole = seen == events;
        boolean fits = switch (act) { // data on the way may be lost by a reset
            case 0, 1, 2 -> code == SessionModel.NORMAL && whole;
            case SessionModel.CLOSES_AND_RESETS, SessionModel.RESETS ->
                code == RESET || code == SessionModel.ERROR || (code == SessionModel.NORMAL && whole);
            case SessionModel.WITHIN_FRAME -> code == RESET;
            default -> code == SessionModel.ERROR && whole;
        };
        if (strict) {
            String what = " session that the model " + SessionModel.ACTS[act];
            String state = ": code " + code + ", " + seen + " of " + events;
            counters.count(fits ? "polite:" + what : "wrong:" + what + state);
        }
    }

    private static byte[] frame(DataInputStream in, int first) throws IOException {
        if (first != SessionModel.CLOSE && first != 0x81) {
            throw new IllegalStateException("not a frame of the model: " + first);
        }
        int length = in.readUnsignedByte();
        byte[] payload = new byte[length == TWO_BYTES ? in.readUnsignedShort() : length];
        in.readFully(payload);
        return payload;
    }
}
