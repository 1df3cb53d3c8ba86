package dev.stillgate.loadtests.flood;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;

/** Honest load for a while, beside whatever else comes. Fails when fewer than 999 of 1,000 requests are served. */
public final class HonestLoadRun {
    private static final double LEAST_SUCCESS = 0.999;

    private HonestLoadRun() {}

    /** Takes a port, an API key, for how many seconds, and how many requests a second. */
    public static void main(String[] args) throws InterruptedException {
        HonestLoad.Result result = new HonestLoad(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])),
                        args[1],
                        Integer.parseInt(args[3]))
                .run(Integer.parseInt(args[2]));
        System.out.printf(
                Locale.ROOT,
                "%d asked, %.3f %% served, p50 %,d us, p99 %,d us%n",
                result.asked(),
                100 * result.success(),
                result.p50(),
                result.p99());
        if (result.success() < LEAST_SUCCESS) {
            System.exit(1);
        }
    }
}
