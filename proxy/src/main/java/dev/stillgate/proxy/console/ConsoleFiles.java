package dev.stillgate.proxy.console;

import dev.stillgate.spi.files.Digests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Static files of the console, from the class path: its own files and those of its libraries, which are WebJars. A file
 * is read and compressed at its first request. Thread-safe.
 */
public final class ConsoleFiles {
    /** A file name without directories, so that a request cannot leave the console's package. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}\\.(html|css|js|svg)");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    /** Files of libraries: the WebJar and the path in it, by the name under which they are served. */
    private static final Map<String, Library> LIBRARIES = Map.of(
            "lit-html.js", new Library("lit-html", "lit-html.js"),
            "d3-force.min.js", new Library("d3-force", "dist/d3-force.min.js"),
            "d3-quadtree.min.js", new Library("d3-quadtree", "dist/d3-quadtree.min.js"),
            "d3-dispatch.min.js", new Library("d3-dispatch", "dist/d3-dispatch.min.js"),
            "d3-timer.min.js", new Library("d3-timer", "dist/d3-timer.min.js"),
            "diff.min.js", new Library("diff", "dist/diff.min.js"));

    private final Map<String, Asset> assets = new ConcurrentHashMap<>();

    private record Library(String artifact, String path) {}

    /**
     * A file as it is served.
     *
     * @param type the content type
     * @param plain the content
     * @param gzip the content, compressed
     * @param tag the entity tag, with quotes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Asset(String type, byte[] plain, byte[] gzip, String tag) {}

    /**
     * Returns a file, null when there is none.
     *
     * @param name the path below {@code /console/}, not decoded; empty for the page itself
     */
    public @Nullable Asset find(String name) {
        String key = name.isEmpty() ? "index.html" : name;
        Asset known = assets.get(key);
        if (known != null) {
            return known;
        }
        String resource = resource(key);
        byte[] content = resource == null ? null : read(resource);
        if (content == null) {
            return null;
        }
        String type = TYPES.getOrDefault(key.substring(key.lastIndexOf('.') + 1), "application/octet-stream");
        Asset made = new Asset(type, content, gzip(content), tag(content));
        assets.put(key, made); // bounded, since only names of existing files get here
        return made;
    }

    private static @Nullable String resource(String name) {
        if (name.startsWith("lib/")) {
            Library library = LIBRARIES.get(name.substring(4));
            return library == null ? null : resource(library);
        }
        Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? name : null;
    }

    /** Returns the resource of a library's file. Its path has the version, which the WebJar states. */
    private static String resource(Library library) {
        String description = "/META-INF/maven/org.webjars.npm/" + library.artifact + "/pom.properties";
        Properties properties = new Properties();
        try (InputStream in = ConsoleFiles.class.getResourceAsStream(description)) {
            if (in == null) {
                throw new IllegalStateException("the console's library " + library.artifact + " is not in class path");
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "/META-INF/resources/webjars/" + library.artifact + '/' + properties.getProperty("version") + '/'
                + library.path;
    }

    private static byte @Nullable [] read(String resource) {
        try (InputStream in = ConsoleFiles.class.getResourceAsStream(resource)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] gzip(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static String tag(byte[] content) {
        return '"' + HexFormat.of().formatHex(Digests.sha256(content), 0, 12) + '"';
    }
}
