package dev.stillgate.loadtests.flood;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** Opens as many connections as possible up to a number and holds them. */
public final class HeldConnections {
    private HeldConnections() {}

    /** Arguments: port, number of connections, seconds. */
    public static void main(String[] args) throws InterruptedException {
        InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        List<Socket> held = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[1]); i++) {
            Socket socket = new Socket();
            try {
                socket.connect(target, 1000);
                held.add(socket);
            } catch (IOException refused) {
                System.out.println("connection " + i + ": " + refused.getMessage());
            }
        }
        Thread.sleep(1000L * Integer.parseInt(args[2]));
        System.out.println(held.size() + " connections were held");
    }
}
