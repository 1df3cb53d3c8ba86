package dev.stillgate.proxy.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Played customers, campaigns and their model: programs of the load tests, in processes of their own. */
final class DemoTraffic implements AutoCloseable {
    private static final String CAMPAIGN = "dev.stillgate.loadtests.campaign.CampaignCommand";
    private static final String STUDENT = "dev.stillgate.loadtests.canary.NgramStudentCommand";
    private static final String STILLGATE = "dev.stillgate.proxy.cli.Main";
    private static final int STUDENT_ANSWERS = 2000;
    private static final Duration START = Duration.ofSeconds(30);

    private final String classpath;
    private final Path directory;
    private final List<String> who;
    private final List<Process> running = new ArrayList<>();

    /**
     * Creates the programs.
     *
     * @param directory receives their files
     * @param seed the seed of the traffic
     * @param days the length of the simulation, of which {@link #play} plays the first days
     */
    DemoTraffic(String classpath, Path directory, long seed, int days) {
        this.classpath = classpath;
        this.directory = directory;
        this.who = List.of("--scenario", "demo", "--seed", Long.toString(seed), "--days", Integer.toString(days));
    }

    /** Writes the accounts of the simulation and returns the file. */
    Path accounts() throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("accounts"));
        arguments.addAll(who);
        arguments.addAll(List.of("--out", directory.toString(), "--name", "simulated"));
        await(start(CAMPAIGN, arguments, "accounts.log"), 60);
        return directory.resolve("simulated.accounts.yaml");
    }

    /**
     * Starts the model and the traffic.
     *
     * @param modelPort the port of the model
     * @param stub the URL that answers requests other than the simulation's
     * @param gateway the URL of the gateway
     * @param since when the gateway's calendar began to run faster, in milliseconds since the epoch
     * @param days the days to play
     * @param speedup the factor of the calendar
     * @param answers receives the texts that campaigns are served
     * @return the process, when the model accepts connections
     */
    Process play(int modelPort, String stub, String gateway, long since, double days, double speedup, Path answers)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("drive"));
        arguments.addAll(who);
        arguments.addAll(List.of(
                "--model-port",
                Integer.toString(modelPort),
                "--stub",
                stub,
                "--url",
                gateway,
                "--calendar",
                Long.toString(since),
                "--minutes",
                Double.toString(days * 1440 / speedup),
                "--speedup",
                Double.toString(speedup),
                "--answers",
                answers.toString()));
        Process process = start(CAMPAIGN, arguments, "traffic.log");
        long end = System.nanoTime() + START.toNanos();
        while (!accepts(modelPort)) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                throw failed();
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
        return process;
    }

    private static boolean accepts(int port) {
        try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return probe.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** Tests answers for the marks of all keys of a ledger, as {@code canary verify} does, and returns its JSON. */
    Path verify(Path suspect, Path ledger, Path secret) throws IOException, InterruptedException {
        List<String> arguments = List.of(
                "canary",
                "verify",
                "--json",
                "--all-keys",
                "--suspect",
                suspect.toString(),
                "--ledger",
                ledger.toString(),
                "--save",
                "a student of the demo",
                "--secret-file",
                secret.toString());
        await(start(STILLGATE, arguments, "verified.json"), 120);
        return directory.resolve("verified.json");
    }

    /** Trains a student on texts and returns the file of its responses. */
    Path student(Path answers, long seed) throws IOException, InterruptedException {
        Path suspect = directory.resolve("suspect.jsonl");
        await(
                start(
                        STUDENT,
                        List.of(
                                answers.toString(),
                                suspect.toString(),
                                Integer.toString(STUDENT_ANSWERS),
                                Long.toString(seed)),
                        "student.log"),
                120);
        return suspect;
    }

    private Process start(String main, List<String> arguments, String output) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dsun.net.httpserver.nodelay=true",
                "-Dsun.net.httpserver.maxIdleConnections=100000",
                "-cp",
                classpath,
                main));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(directory.resolve(output).toFile())
                .start();
        running.add(process);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        return process;
    }

    private void await(Process process, long seconds) throws IOException, InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw failed();
        }
    }

    private IOException failed() {
        return new IOException("a program of the demo failed, see the logs in " + directory);
    }

    @Override
    public void close() {
        for (Process process : running) {
            process.destroy();
            try {
                if (!process.waitFor(5, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                Thread.currentThread().interrupt();
            }
        }
    }
}
