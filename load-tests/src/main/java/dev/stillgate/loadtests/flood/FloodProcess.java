package dev.stillgate.loadtests.flood;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Flood in a separate process, so that it does not slow the measured clients. Prints a line when all connections are
 * open, holds them until its input ends, and prints their state.
 */
public final class FloodProcess {
    private FloodProcess() {}

    /** Arguments: port, API key, number of half-open connections, number of connections that never read. */
    public static void main(String[] args) throws IOException, InterruptedException {
        InetSocketAddress target = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        try (HostileConnections hostile =
                new HostileConnections(target, args[1], Integer.parseInt(args[2]), Integer.parseInt(args[3]))) {
            hostile.open();
            System.out.println("open");
            System.in.transferTo(OutputStream.nullOutputStream());
            System.out.println(hostile.state());
        }
    }

    /** Handle of a running flood process. */
    static final class Handle implements AutoCloseable {
        private final Process process;
        private final BufferedReader says;

        /** Starts a flood with the arguments of {@link FloodProcess#main} and waits until all connections are open. */
        Handle(String... args) throws IOException {
            List<String> command = new ArrayList<>(List.of("nice", "-n", "19")); // attackers have their own processors
            command.add(ProcessHandle.current().info().command().orElse("java"));
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), FloodProcess.class.getName()));
            command.addAll(List.of(args));
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            says = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            String first = says.readLine();
            if (!"open".equals(first)) {
                close();
                throw new IOException("the flood did not start: " + first);
            }
        }

        /** Stops the flood and returns the state of its connections. */
        String end() throws IOException {
            process.getOutputStream().close();
            String last = says.readLine();
            return last == null ? "the flood ended early" : last;
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
