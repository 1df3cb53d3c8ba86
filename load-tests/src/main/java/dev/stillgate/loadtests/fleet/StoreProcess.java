package dev.stillgate.loadtests.fleet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The fleet's store: a Valkey server that appends to a file, so that its data survives a restart. */
public final class StoreProcess implements AutoCloseable {
    private final Path directory;
    private final int port;
    private Process process;

    private StoreProcess(Path directory, int port, Process process) {
        this.directory = directory;
        this.port = port;
        this.process = process;
    }

    /** Starts a store on a free port. */
    public static StoreProcess start(Path directory) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        return new StoreProcess(directory, port, launch(directory, port));
    }

    private static Process launch(Path directory, int port) throws IOException, InterruptedException {
        List<String> command = List.of(
                "valkey-server",
                "--bind",
                "127.0.0.1",
                "--port",
                "" + port,
                "--dir",
                directory.toString(),
                "--save",
                "",
                "--appendonly",
                "yes",
                "--maxmemory",
                "100mb",
                "--maxmemory-policy",
                "noeviction");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("valkey.out").toFile())
                .start();
        Await.until("the store listens", () -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        });
        return process;
    }

    /** Returns the port that it listens on. */
    public int port() {
        return port;
    }

    /** Kills the process with SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Deletes what the killed process has written. */
    public void wipe() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("appendonlydir"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Starts the killed process again, with what it has written. */
    public void restart() throws IOException, InterruptedException {
        process = launch(directory, port);
    }

    /** Stops the process with SIGSTOP; connections stay open. */
    public void stop() throws IOException, InterruptedException {
        Await.signal(process, "-STOP");
    }

    /** Continues the stopped process. */
    public void resume() throws IOException, InterruptedException {
        Await.signal(process, "-CONT");
    }

    @Override
    public void close() {
        process.destroyForcibly(); // works for a stopped process too
    }
}
