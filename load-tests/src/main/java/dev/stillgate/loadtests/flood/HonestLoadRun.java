package dev.stillgate.loadtests.flood;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;

/** Runs honest load for a number of seconds. Fails if fewer than 999 of 1,000 requests are served. */
public final class HonestLoadRun {
    private static final double MIN_SUCCESS = 0.999;

    private HonestLoadRun() {}

    /** Arguments: port, API key, seconds, requests per second. */
    public static void main(String[] args) throws InterruptedException {
        HonestLoad.Result result = new HonestLoad(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])),
                        args[1],
                        Integer.parseInt(args[3]))
                .run(Integer.parseInt(args[2]));
        System.out.printf(
                Locale.ROOT,
                "%d requests, %.3f %% served, p50 %,d us, p99 %,d us%n",
                result.requests(),
                100 * result.success(),
                result.p50(),
                result.p99());
        if (result.success() < MIN_SUCCESS) {
            System.exit(1);
        }
    }
}
