package dev.stillgate.proxy.http;

import java.util.Arrays;

/** Fuzz target: wherever requests on a connection are cut, the same heads and bodies are read. */
public final class RequestHeadFuzz {
    private RequestHeadFuzz() {}

    /** Runs the target on the position of the cut, followed by the client's bytes. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 2) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
        String whole = RequestTranscript.of(bytes, bytes.length);
        int cut = 1 + (data[0] & 0xff) * bytes.length / 256;
        require(whole, RequestTranscript.of(bytes, cut, bytes.length));
        require(whole, RequestTranscript.of(bytes, 1));
    }

    private static void require(String whole, String cut) {
        if (!whole.equals(cut)) {
            throw new IllegalStateException("read in pieces: " + cut + "\nread whole: " + whole);
        }
    }
}
