package dev.stillgate.loadtests.chaos;

import static dev.stillgate.loadtests.chaos.Http1Model.ascii;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * One WebSocket session of an upstream: its first frame announces its action and how many events follow, so that the
 * client can check what arrives. Some sessions end in order, the others are cut.
 */
final class SessionModel {
    /** Actions by number; the first four are sessions that end in order. */
    static final String[] ACTS = {
        "closes",
        "closes",
        "closes",
        "closes, then resets",
        "ends its output between frames",
        "ends its output within a frame",
        "resets within a session",
        "falls silent",
        "answers the client's Close frame with the end of its output"
    };

    static final int CLOSES_AND_RESETS = 3;
    static final int WITHIN_FRAME = 5;
    static final int RESETS = 6;
    static final int CLOSE = 0x88;
    static final int ERROR = 1011;
    private static final int TEXT = 0x81;
    static final int NORMAL = 1000;
    private static final int SHORT = 126;

    private SessionModel() {}

    static void serve(Socket socket, InputStream in, OutputStream out, SplittableRandom own, Counters counters)
            throws IOException, InterruptedException {
        int act = own.nextInt(ACTS.length);
        int events = own.nextInt(60);
        boolean slow = own.nextInt(4) == 0;
        counters.count("model: session " + ACTS[act]);
        out.write(ascii("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"));
        out.write(frame(TEXT, ByteBuffer.allocate(8).putInt(act).putInt(events).array()));
        for (int i = 0; i < events; i++) {
            out.write(frame(TEXT, event(i)));
            Thread.sleep(slow ? own.nextInt(20) : 0);
        }
        switch (act) {
            case 0, 1, 2, CLOSES_AND_RESETS -> out.write(closing(NORMAL, 0));
            case WITHIN_FRAME -> {
                byte[] next = frame(TEXT, event(events));
                out.write(next, 0, 1 + own.nextInt(next.length - 1));
            }
            case 8 -> awaitClose(in);
            default -> {}
        }
        if (act == CLOSES_AND_RESETS || act == RESETS) {
            Thread.sleep(own.nextInt(50));
            socket.setSoLinger(true, 0);
            return;
        }
        if (act != 7) {
            socket.shutdownOutput();
        }
        in.transferTo(OutputStream.nullOutputStream());
    }

    private static void awaitClose(InputStream in) throws IOException {
        for (int first = in.read(); first >= 0 && first != CLOSE; first = in.read()) {
            in.skipNBytes(4 + (in.read() & 0x7f));
        }
    }

    /** Returns the payload of an event, which tells its number and has a length of its own. */
    static byte[] event(int number) {
        byte[] text = new byte[4 + number * 37 % 400];
        Arrays.fill(text, (byte) 'x');
        return ByteBuffer.wrap(text).putInt(0, number).array();
    }

    /** Returns a Close frame; one of a client is masked (with zeros). */
    static byte[] closing(int code, int maskBit) {
        byte[] plain = {(byte) CLOSE, (byte) (maskBit | 2), (byte) (code >> 8), (byte) code};
        return maskBit == 0 ? plain : new byte[] {plain[0], plain[1], 0, 0, 0, 0, plain[2], plain[3]};
    }

    private static byte[] frame(int first, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < SHORT) {
            frame.write(payload.length);
        } else {
            frame.write(SHORT);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        }
        frame.writeBytes(payload);
        return frame.toByteArray();
    }
}
