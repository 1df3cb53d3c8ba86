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
 * The flood, in a process of its own, so that its work is not that of the callers who are measured. It says a line when all
 * connections are open, holds them until its input ends, and then says what became of them.
 */
public final class FloodProcess {
    private FloodProcess() {}

    /** Takes a port, an API key, how many half-open connections, and how many that never read. */
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

    /** A flood that another process has begun. */
    static final class Begun implements AutoCloseable {
        private final Process process;
        private final BufferedReader says;

        /** Begins a flood with the arguments of {@link FloodProcess#main} and waits until it is there. */
        Begun(String... args) throws IOException {
            List<String> command =
                    new ArrayList<>(List.of("nice", "-n", "19")); // attackers have processors of their own
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
                throw new IOException("the flood did not begin: " + first);
            }
        }

        /** Ends it and returns what became of its connections. */
        String end() throws IOException {
            process.getOutputStream().close();
            String last = says.readLine();
            return last == null ? "the flood ended before its time" : last;
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
