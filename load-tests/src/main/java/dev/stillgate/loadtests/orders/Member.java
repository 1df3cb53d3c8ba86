package dev.stillgate.loadtests.orders;

import dev.stillgate.loadtests.fleet.FleetFiles;
import dev.stillgate.loadtests.fleet.GatewayProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One gateway of the fleet: its process, its state directory, its clock and its link to the store. */
final class Member {
    private static final String STORE_TIMEOUT = "2s"; // the machine may be busy
    private static final String JAVA_OPTIONS = "-Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

    private final OrdersOptions options;
    private final Path directory;
    private final Path state;
    private final Path copy;
    private final Path clock;
    private final Path config;
    private final StoreLink link;
    private volatile @Nullable GatewayProcess process;
    private int starts;

    Member(OrdersOptions options, Path directory, String name, StoreLink link) throws IOException {
        this.options = options;
        this.directory = Files.createDirectory(directory.resolve(name));
        this.state = Files.createDirectory(this.directory.resolve("state"));
        this.copy = this.directory.resolve("copy");
        this.clock = this.directory.resolve("clock");
        this.link = link;
        this.config = FleetFiles.writeGateway(
                this.directory, name, link.port(), STORE_TIMEOUT, "state: {directory: \"" + state + "\"}\n");
        clock(0);
    }

    StoreLink link() {
        return link;
    }

    Path state() {
        return state;
    }

    @Nullable
    GatewayProcess process() {
        return process;
    }

    Path journal() {
        return state.resolve("orders.jsonl");
    }

    void start(String... more) throws IOException, InterruptedException {
        Path output = directory.resolve("output-" + ++starts + ".log");
        process = GatewayProcess.start(
                options.stillgate(),
                config,
                output,
                Map.of(
                        "STILLGATE_JAVA_OPTS",
                        JAVA_OPTIONS,
                        "LD_PRELOAD",
                        options.clockLibrary(),
                        "CLOCK_FILE",
                        clock.toString()),
                more);
    }

    /** Kills the process with SIGKILL. */
    void kill() throws InterruptedException {
        GatewayProcess running = process;
        process = null;
        if (running != null) {
            running.kill();
        }
    }

    /** Stops the process in order. */
    void terminate() {
        GatewayProcess running = process;
        process = null;
        if (running != null) {
            running.close();
        }
    }

    /** Moves the wall clock of the process away from the machine's, at once. */
    void clock(long seconds) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        try (FileChannel file = FileChannel.open(clock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.write(bytes.putLong(0, seconds), 0);
        }
    }

    /** Keeps a copy of the state directory, whether the process runs or not. */
    void copyDisk() throws IOException {
        delete(copy);
        copy(state, copy);
    }

    /** Replaces the state directory by the copy. The process must not run. */
    void restoreDisk() throws IOException {
        delete(state);
        copy(copy, state);
    }

    /** Empties the state directory. The process must not run. */
    void emptyDisk() throws IOException {
        delete(state);
        Files.createDirectory(state);
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.sorted(Comparator.comparing((Path file) -> !Files.isDirectory(file))
                            .thenComparing(file ->
                                    !file.toString().endsWith(".count"))) // it may say less than the journal has
                    .toList();
        }
        for (Path file : files) {
            try {
                Files.copy(file, to.resolve(from.relativize(file)));
            } catch (NoSuchFileException renamed) {
                // a file that the running gateway writes under another name first
            }
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
