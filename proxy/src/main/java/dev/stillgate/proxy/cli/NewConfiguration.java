package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.Policy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writer of a configuration for one upstream, with new secrets. Existing files are never changed. */
final class NewConfiguration {
    private static final int SECRET_BYTES = 32;
    private static final List<String> SECRETS = List.of("secrets/hashing", "secrets/admin-token", "secrets/canary");
    private static final List<String> DIRECTORIES = List.of("secrets", "state");

    private final Path directory;
    private final SecureRandom random = new SecureRandom();
    private final List<Path> made = new ArrayList<>();

    /** Creates a writer into a directory, which is created if it does not exist. */
    NewConfiguration(Path directory) {
        this.directory = directory;
    }

    static final String DEFAULT_PROVIDER = "anthropic";

    /** The API of a model provider. */
    enum Provider {
        anthropic("https://api.anthropic.com", "ANTHROPIC_BASE_URL=%s"),
        openai("https://api.openai.com", "OPENAI_BASE_URL=%s/v1"),
        google("https://generativelanguage.googleapis.com", "GOOGLE_GEMINI_BASE_URL=%s");

        private final String upstream;
        private final String baseUrl;

        Provider(String upstream, String baseUrl) {
            this.upstream = upstream;
            this.baseUrl = baseUrl;
        }

        /** Returns the environment variable by which the provider's SDK finds the gateway. */
        String baseUrl(int port) {
            return baseUrl.formatted("http://127.0.0.1:" + port);
        }

        Policy.Endpoint upstream() {
            return Policy.Endpoint.parse(upstream);
        }
    }

    /**
     * Writes all files, or none.
     *
     * @return the files, in recommended reading order
     * @throws IOException if a file exists or cannot be written
     */
    List<Path> write(Policy.Endpoint upstream, int port, int adminPort) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String name : List.of("stillgate.yaml", "policy.yaml", "accounts.yaml")) {
            texts.put(
                    name,
                    template(name)
                            .replace("@UPSTREAM@", upstream.scheme() + "://" + upstream.authority())
                            .replace("@PORT@", Integer.toString(port))
                            .replace("@ADMIN@", Integer.toString(adminPort)));
        }
        List<Path> files = new ArrayList<>();
        texts.keySet().forEach(name -> files.add(directory.resolve(name)));
        SECRETS.forEach(name -> files.add(directory.resolve(name)));
        for (Path file : files) {
            refuseExisting(file);
        }
        Files.createDirectories(directory);
        try {
            for (String name : DIRECTORIES) {
                makeDirectory(directory.resolve(name));
            }
            for (String name : SECRETS) {
                writeNew(directory.resolve(name), secret() + "\n", "rw-------");
            }
            for (Map.Entry<String, String> text : texts.entrySet()) {
                writeNew(directory.resolve(text.getKey()), text.getValue(), "rw-r--r--");
            }
        } catch (IOException | RuntimeException e) {
            removeMade(e);
            throw e;
        }
        return files;
    }

    private static void refuseExisting(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileAlreadyExistsException(file + " exists already: nothing was written");
        }
    }

    private void makeDirectory(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            Files.createDirectory(path, permissions("rwx------"));
            made.add(path);
        }
    }

    private void writeNew(Path file, String text, String permissions) throws IOException {
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel out = FileChannel.open(file, options, permissions(permissions))) {
            made.add(file);
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
    }

    private static FileAttribute<?> permissions(String text) {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text));
    }

    /** Removes the files written before a failure, in reverse order. */
    private void removeMade(Exception failure) {
        for (Path path : made.reversed()) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    private String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static String template(String name) throws IOException {
        try (InputStream in = NewConfiguration.class.getResourceAsStream("init/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the template " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
