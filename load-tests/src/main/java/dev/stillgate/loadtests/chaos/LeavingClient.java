package dev.stillgate.loadtests.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Client that leaves many streams at one moment, as a batch job does that is stopped. They share the upstream's HTTP/2
 * connections with those of the {@link PoliteClient}, and the upstream goes on sending to them for a moment.
 */
record LeavingClient(int port, SplittableRandom random, Counters counters, BooleanSupplier more) implements Runnable {
    private static final int MOST = 60;

    @Override
    public void run() {
        while (more.getAsBoolean()) {
            List<Socket> open = new ArrayList<>();
            try {
                for (int i = random.nextInt(MOST); i >= 0; i--) {
                    Socket socket = new Socket();
                    open.add(socket);
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                    socket.getOutputStream().write(PoliteClient.prompt(PoliteClient.SHARED, true));
                }
                Thread.sleep(random.nextInt(150));
                boolean resets = random.nextBoolean();
                for (Socket socket : open) {
                    socket.setSoLinger(resets, 0);
                    socket.close();
                    counters.count("client: stream left");
                }
                Thread.sleep(random.nextInt(3_000));
            } catch (IOException e) {
                counters.count("wrong: leaving client, " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                open.forEach(LeavingClient::close);
            }
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
